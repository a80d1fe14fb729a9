//! How refusals look: RFC 9457 problems.

use serde_json::{Value, json};

/// The name of the schema. A message of this name goes by its full one.
pub(super) const SCHEMA: &str = "Problem";

/// The shared answers, by their names.
pub(super) fn responses() -> Value {
    let response = |description: &str| {
        let schema = json!({"$ref": format!("#/components/schemas/{SCHEMA}")});
        json!({"description": description, "content": {"application/problem+json": {"schema": schema}}})
    };
    json!({
        "Refused": response("The call was refused or failed; `reason` says why."),
        "Unauthenticated": response("There is no token, or it is not good any more."),
        "PermissionDenied": response("The caller may not do this."),
    })
}

pub(super) fn schema() -> Value {
    json!({
        "type": "object",
        "description": "Why a call was refused, after RFC 9457.",
        "examples": [{
            "type": "urn:problem:invalid-field",
            "title": "Bad Request",
            "detail": "page_size: must be at least 0",
            "instance": "/path/of/the/call",
            "code": "INVALID_ARGUMENT",
            "reason": "INVALID_FIELD",
            "status": 400,
            "metadata": {},
            "violations": [{"field": "page_size", "description": "must be at least 0"}],
        }],
        "required": ["type", "title", "detail", "instance", "code", "reason", "status", "metadata", "violations"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "description": "Names the kind of problem."},
            "title": {"type": "string", "description": "The HTTP status in words."},
            "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status."},
            "detail": {"type": "string", "description": "What happened, for people. May change; decide by `reason`."},
            "instance": {"type": "string", "description": "The path that was called."},
            "code": {"type": "string", "description": "The gRPC status code, such as `NOT_FOUND`."},
            "reason": {"type": "string", "description": "Why, for programs, such as `INVALID_FIELD`."},
            "metadata": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "What belongs to the reason, by name."
            },
            "violations": {
                "type": "array",
                "description": "Every field that breaks a rule.",
                "items": {
                    "type": "object",
                    "required": ["field", "description"],
                    "properties": {
                        "field": {"type": "string", "description": "The path of the field, as the client used it."},
                        "description": {"type": "string", "description": "What is wrong, and what would be right."}
                    }
                }
            }
        }
    })
}
