//! One binding as an operation.

use prost_reflect::{Kind, MethodDescriptor};
use serde_json::{Map, Value, json};

use super::path::Path;
use super::rules::Rules;
use super::scalar::Place;
use super::schema::{Schemas, is_required};
use super::{Source, comments, parameter};
use crate::binding::{Answer, Binding, Body};
use crate::options::Security;

/// The operation, the `count`-th of its RPC.
pub(super) fn operation(
    source: &Source<'_>,
    schemas: &mut Schemas<'_>,
    binding: &Binding,
    method: &MethodDescriptor,
    path: &Path<'_>,
    count: usize,
) -> Value {
    let service = method.parent_service();
    let comment = source.comments.of(&method.parent_file(), method.path());
    let (summary, rest) = comments::split(comment);
    let security = (source.about.security)(method);
    let id = format!("{}_{}", service.name(), method.name());
    let mut operation = json!({
        "tags": [service.name()],
        "summary": summary,
        "description": description(rest, binding, &security),
        "operationId": if count == 0 { id } else { format!("{id}_{count}") },
    });
    if method.options().get_field_by_name("deprecated").is_some_and(|value| value.as_bool() == Some(true)) {
        operation["deprecated"] = json!(true);
    }
    let mut parameters = parameter::of_path(source, schemas, &method.input(), path);
    parameters.extend(parameter::of_query(source, schemas, &method.input(), binding));
    if binding.resume_request.is_some() {
        parameters.push(json!({
            "name": "Last-Event-ID", "in": "header", "schema": {"type": "string"},
            "description": "Where an event source was cut off: the `id` of the last event that it saw.",
        }));
    }
    if !parameters.is_empty() {
        operation["parameters"] = json!(parameters);
    }
    if let Some(body) = request_body(source, schemas, binding, method) {
        operation["requestBody"] = body;
    }
    operation["responses"] = responses(source, schemas, binding, method, &security);
    operation["security"] = requirements(&security);
    operation
}

/// What the comment says beyond its first sentence, who may call, and how else a stream can be had.
fn description(rest: &str, binding: &Binding, security: &Security) -> String {
    let mut paragraphs = vec![rest.to_owned()];
    paragraphs.push(match security {
        Security::Anyone => "May be called by anyone.".to_owned(),
        Security::Bearer { roles, note } => {
            let who = match roles.as_slice() {
                [] => "anyone who is signed in".to_owned(),
                roles => roles.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(", "),
            };
            let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
            format!("May be called by {who}{note}.")
        }
    });
    if binding.server_streaming && !matches!(binding.answer, Answer::Raw(_)) {
        paragraphs.push(
            "A stream: lines of JSON, server-sent events or one array, as `Accept` says; as a WebSocket too, with one \
             message a frame. It may stay open for long, and whoever waits for its end waits as long."
                .to_owned(),
        );
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.join("\n\n")
}

/// One alternative a role: each of them is enough.
fn requirements(security: &Security) -> Value {
    match security {
        Security::Anyone => json!([]),
        Security::Bearer { roles, .. } if roles.is_empty() => json!([{"bearer": []}]),
        Security::Bearer { roles, .. } => roles.iter().map(|role| json!({"bearer": [role]})).collect(),
    }
}

/// A number of bytes in the largest unit that it is a whole number of.
fn size(bytes: usize) -> String {
    const KIB: usize = 1024;
    const MIB: usize = 1024 * KIB;
    match bytes {
        _ if bytes >= MIB && bytes.is_multiple_of(MIB) => format!("{} MiB", bytes / MIB),
        _ if bytes >= KIB && bytes.is_multiple_of(KIB) => format!("{} KiB", bytes / KIB),
        _ => format!("{bytes} bytes"),
    }
}

fn binary() -> Value {
    json!({"schema": {"type": "string", "format": "binary"}})
}

fn request_body(
    source: &Source<'_>,
    schemas: &mut Schemas<'_>,
    binding: &Binding,
    method: &MethodDescriptor,
) -> Option<Value> {
    let input = method.input();
    let bound: Vec<Vec<&str>> =
        binding.variables.iter().map(|variable| parameter::names(source, &variable.target)).collect();
    let (schema, required) = match binding.body {
        Body::None => return None,
        Body::RawWhole | Body::RawField(_) => {
            let description = format!("The bytes as they are, at most {}.", size(binding.limits.max_request_bytes));
            return Some(json!({"description": description, "required": false, "content": {"*/*": binary()}}));
        }
        Body::Whole => {
            let schema = match bound.is_empty() {
                true => schemas.message(&input, Place::Body, &Rules::default()),
                false => schemas.object(&input, Place::Body, &bound),
            };
            let is_bound = |name: &str| bound.iter().any(|path| path == &[name]);
            (schema, input.fields().any(|field| is_required(&field) && !is_bound(field.name())))
        }
        Body::Field(place) => {
            let name = &*source.plan.messages[binding.input].fields[place].name;
            let field = input.get_field_by_name(name)?;
            let inner: Vec<Vec<&str>> =
                bound.iter().filter(|path| path.first() == Some(&name)).map(|path| path[1..].to_vec()).collect();
            let schema = match field.kind() {
                Kind::Message(message) if !inner.is_empty() => schemas.object(&message, Place::Body, &inner),
                _ => schemas.field(&field, Place::Body),
            };
            (schema, is_required(&field))
        }
    };
    let description = format!("At most {}.", size(binding.limits.max_request_bytes));
    let content = json!({"application/json": {"schema": schema}});
    Some(json!({"description": description, "required": required, "content": content}))
}

fn responses(
    source: &Source<'_>,
    schemas: &mut Schemas<'_>,
    binding: &Binding,
    method: &MethodDescriptor,
    security: &Security,
) -> Value {
    let mut responses = Map::new();
    let content = content(source, schemas, binding, method);
    responses.insert("200".to_owned(), json!({"description": "The answer.", "content": content}));
    let shared = |name: &str| json!({"$ref": format!("#/components/responses/{name}")});
    if *security != Security::Anyone {
        responses.insert("401".to_owned(), shared("Unauthenticated"));
        responses.insert("403".to_owned(), shared("PermissionDenied"));
    }
    responses.insert("default".to_owned(), shared("Refused"));
    Value::Object(responses)
}

fn content(source: &Source<'_>, schemas: &mut Schemas<'_>, binding: &Binding, method: &MethodDescriptor) -> Value {
    let output = method.output();
    let schema = match binding.answer {
        Answer::Raw(_) => {
            let mut types = (source.about.media_types)(method);
            if types.is_empty() {
                types.push("*/*".to_owned());
            }
            return Value::Object(types.into_iter().map(|media| (media, binary())).collect());
        }
        Answer::Whole => schemas.message(&output, Place::Answer, &Rules::default()),
        Answer::Field(place) => {
            let name = &source.plan.messages[binding.output].fields[place].name;
            let field = output.get_field_by_name(name);
            let schema = field.as_ref().map(|field| schemas.field(field, Place::Answer)).unwrap_or_default();
            // A message that is not set is written as null where it is all that is written.
            match field.is_some_and(|field| field.supports_presence() && matches!(field.kind(), Kind::Message(_))) {
                true => json!({"anyOf": [schema, {"type": "null"}]}),
                false => schema,
            }
        }
    };
    if !binding.server_streaming {
        return json!({"application/json": {"schema": schema}});
    }
    json!({
        "application/x-ndjson": {"schema": schema},
        "text/event-stream": {"schema": schema},
        "application/json": {"schema": {"type": "array", "items": schema}},
    })
}
