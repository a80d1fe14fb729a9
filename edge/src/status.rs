//! Errors: `google.rpc.Status` as RFC 9457 `application/problem+json`.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use prost::Message as _;
use tonic::Code;

use crate::edge::{Body, full};
use crate::json::text::{put_string, put_unsigned};

/// A faulty field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) field: String,
    pub(crate) description: String,
}

/// Everything that a client learns about a refusal. Made in a box, so that the good path carries one pointer.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: Code,
    /// UPPER_SNAKE_CASE; the name of the code when nothing more precise is known.
    pub(crate) reason: Cow<'static, str>,
    pub(crate) detail: String,
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) violations: Vec<Violation>,
    pub(crate) retry_after_seconds: Option<u64>,
    /// Headers that belong to this refusal.
    pub(crate) headers: HeaderMap,
}

/// The reasons that the edge itself gives.
pub(crate) mod reason {
    pub(crate) const ROUTE_NOT_FOUND: &str = "ROUTE_NOT_FOUND";
    pub(crate) const METHOD_NOT_ALLOWED: &str = "METHOD_NOT_ALLOWED";
    pub(crate) const UNSUPPORTED_MEDIA_TYPE: &str = "UNSUPPORTED_MEDIA_TYPE";
    pub(crate) const NOT_ACCEPTABLE: &str = "NOT_ACCEPTABLE";
    pub(crate) const BODY_TOO_LARGE: &str = "BODY_TOO_LARGE";
    pub(crate) const BODY_INCOMPLETE: &str = "BODY_INCOMPLETE";
    pub(crate) const BODY_TIMEOUT: &str = "BODY_TIMEOUT";
    pub(crate) const UNEXPECTED_BODY: &str = "UNEXPECTED_BODY";
    pub(crate) const MALFORMED_JSON: &str = "MALFORMED_JSON";
    pub(crate) const INVALID_FIELD: &str = "INVALID_FIELD";
    pub(crate) const HEADER_REPEATED: &str = "HEADER_REPEATED";
    pub(crate) const URI_TOO_LONG: &str = "URI_TOO_LONG";
    pub(crate) const ORIGIN_NOT_ALLOWED: &str = "ORIGIN_NOT_ALLOWED";
    pub(crate) const UPGRADE_INVALID: &str = "UPGRADE_INVALID";
    pub(crate) const ANSWER_UNREADABLE: &str = "ANSWER_UNREADABLE";
    pub(crate) const OVERLOADED: &str = "OVERLOADED";
    pub(crate) const DRAINING: &str = "DRAINING";
    pub(crate) const INTERNAL: &str = "INTERNAL";
}

impl Problem {
    /// A refusal by the edge itself.
    pub(crate) fn new(status: StatusCode, code: Code, reason: &'static str, detail: impl Into<String>) -> Box<Problem> {
        Box::new(Problem {
            status,
            code,
            reason: Cow::Borrowed(reason),
            detail: detail.into(),
            metadata: Vec::new(),
            violations: Vec::new(),
            retry_after_seconds: None,
            headers: HeaderMap::new(),
        })
    }

    pub(crate) fn invalid_fields(mut violations: Vec<Violation>) -> Box<Problem> {
        for violation in &mut violations {
            shorten(&mut violation.field);
        }
        let detail = match violations.as_slice() {
            [one] => format!("{}: {}", one.field, one.description),
            many => format!("{} fields are not valid", many.len()),
        };
        let mut problem = Problem::new(StatusCode::BAD_REQUEST, Code::InvalidArgument, reason::INVALID_FIELD, detail);
        problem.violations = violations;
        problem
    }

    pub(crate) fn internal(detail: &'static str) -> Box<Problem> {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, reason::INTERNAL, detail)
    }

    pub(crate) fn header(mut self: Box<Self>, name: header::HeaderName, value: HeaderValue) -> Box<Problem> {
        self.headers.append(name, value);
        self
    }

    /// What an upstream said. Its details are read for what clients may know; `DebugInfo` is not among that.
    pub(crate) fn of(status: &tonic::Status) -> Box<Problem> {
        let mut problem = Problem::new(http_status(status.code()), status.code(), code_name(status.code()), "");
        problem.detail = status.message().to_owned();
        // Details that cannot be read must not hide the error that they belong to.
        let Ok(rich) = Status::decode(status.details()) else { return problem };
        for detail in rich.details {
            let name = detail.type_url.rsplit('/').next().unwrap_or_default();
            let value = detail.value.as_slice();
            match name {
                "google.rpc.ErrorInfo" => {
                    let Ok(info) = ErrorInfo::decode(value) else { continue };
                    if !info.reason.is_empty() {
                        problem.reason = Cow::Owned(info.reason);
                    }
                    problem.metadata = info.metadata.into_iter().collect();
                }
                "google.rpc.BadRequest" => {
                    let Ok(bad) = BadRequest::decode(value) else { continue };
                    problem.violations.extend(
                        bad.field_violations
                            .into_iter()
                            .map(|violation| Violation { field: violation.field, description: violation.description }),
                    );
                }
                "google.rpc.RetryInfo" => {
                    let Ok(retry) = RetryInfo::decode(value) else { continue };
                    let Some(delay) = retry.retry_delay else { continue };
                    let started = u64::from(delay.nanos > 0);
                    problem.retry_after_seconds =
                        Some(u64::try_from(delay.seconds).unwrap_or_default().saturating_add(started));
                }
                _ => {}
            }
        }
        problem
    }

    /// The problem as one line of JSON. `instance` is the path of the request.
    pub(crate) fn json(&self, instance: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(256 + self.detail.len());
        let mut member = |key: &str, value: &str| {
            out.extend_from_slice(if out.is_empty() { b"{" } else { b"," });
            put_string(&mut out, key);
            out.push(b':');
            put_string(&mut out, value);
        };
        let code = code_name(self.code);
        if self.reason == code {
            member("type", "about:blank");
        } else {
            member("type", &format!("urn:problem:{}", self.reason.to_ascii_lowercase().replace('_', "-")));
        }
        member("title", title(self.status));
        member("detail", &self.detail);
        member("instance", instance);
        member("code", code);
        member("reason", &self.reason);
        out.extend_from_slice(b",\"status\":");
        put_unsigned(&mut out, u64::from(self.status.as_u16()));
        out.extend_from_slice(b",\"metadata\":{");
        for (place, (key, value)) in self.metadata.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            put_string(&mut out, key);
            out.push(b':');
            put_string(&mut out, value);
        }
        out.extend_from_slice(b"},\"violations\":[");
        for (place, violation) in self.violations.iter().enumerate() {
            out.extend_from_slice(if place > 0 { b",{\"field\":" } else { b"{\"field\":" });
            put_string(&mut out, &violation.field);
            out.extend_from_slice(b",\"description\":");
            put_string(&mut out, &violation.description);
            out.push(b'}');
        }
        out.extend_from_slice(b"]}");
        out
    }

    pub(crate) fn into_response(self, instance: &str) -> Response<Body> {
        let json = self.json(instance);
        let mut response = Response::new(full(Bytes::from(json)));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.extend(self.headers);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// A path holds names that the client made up, and an answer does not repeat all of them.
fn shorten(path: &mut String) {
    if path.len() > MAX_PATH_BYTES {
        path.truncate(path.floor_char_boundary(MAX_PATH_BYTES));
        path.push('…');
    }
}

const MAX_PATH_BYTES: usize = 200;

fn title(status: StatusCode) -> &'static str {
    match status.as_u16() {
        499 => "Client Closed Request",
        _ => status.canonical_reason().unwrap_or("Error"),
    }
}

/// The table in the comments of google/rpc/code.proto.
pub(crate) fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::Cancelled => StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The name of a code, as gRPC writes it.
pub fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

// The few messages of google.rpc that are read here, so that the edge depends on no generated code.

#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ErrorInfo {
    #[prost(string, tag = "1")]
    reason: String,
    #[prost(btree_map = "string, string", tag = "3")]
    metadata: std::collections::BTreeMap<String, String>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<prost_types::Duration>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct BadRequest {
    #[prost(message, repeated, tag = "1")]
    field_violations: Vec<FieldViolation>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct FieldViolation {
    #[prost(string, tag = "1")]
    field: String,
    #[prost(string, tag = "2")]
    description: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any<M: prost::Message>(name: &str, message: &M) -> prost_types::Any {
        prost_types::Any { type_url: format!("type.googleapis.com/google.rpc.{name}"), value: message.encode_to_vec() }
    }

    #[test]
    fn details_become_members() {
        let info =
            ErrorInfo { reason: "SHELF_FULL".to_owned(), metadata: [("shelf".to_owned(), "7".to_owned())].into() };
        let retry = RetryInfo { retry_delay: Some(prost_types::Duration { seconds: 1, nanos: 1 }) };
        let bad = BadRequest {
            field_violations: vec![FieldViolation {
                field: "book.title".to_owned(),
                description: "is empty".to_owned(),
            }],
        };
        let debug = prost_types::Any { type_url: "x/google.rpc.DebugInfo".to_owned(), value: b"secret".to_vec() };
        let rich =
            Status { details: vec![any("ErrorInfo", &info), any("RetryInfo", &retry), any("BadRequest", &bad), debug] };
        let status = tonic::Status::with_details(Code::FailedPrecondition, "no \"room\"", rich.encode_to_vec().into());
        let problem = Problem::of(&status);
        let json: serde_json::Value = serde_json::from_slice(&problem.json("/v1/shelves/7")).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "type": "urn:problem:shelf-full", "title": "Bad Request", "status": 400, "detail": "no \"room\"",
                "instance": "/v1/shelves/7", "code": "FAILED_PRECONDITION", "reason": "SHELF_FULL",
                "metadata": {"shelf": "7"}, "violations": [{"field": "book.title", "description": "is empty"}],
            })
        );
        let response = problem.into_response("/");
        assert_eq!(response.headers()["retry-after"], "2");
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }

    #[test]
    fn unreadable_details_do_not_hide_the_error() {
        let status = tonic::Status::with_details(Code::NotFound, "gone", Bytes::from_static(&[0xff, 0xff]));
        let problem = Problem::of(&status);
        assert_eq!((problem.status, &*problem.reason), (StatusCode::NOT_FOUND, "NOT_FOUND"));
        let json: serde_json::Value = serde_json::from_slice(&problem.json("/")).unwrap();
        assert_eq!(json["type"], "about:blank");
    }
}
