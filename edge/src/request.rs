//! An HTTP request as the bytes of a request message.

use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use tonic::Code;

use crate::binding::{self, Binding};
use crate::budget::Share;
use crate::edge::{Body, Core};
use crate::headers;
use crate::json::{Refusal, mask, read};
use crate::params;
use crate::plan::MessageId;
use crate::status::{Problem, Violation, reason};
use crate::wire::{self, begin_len, end_len, put_tag};

/// Reads the whole request.
pub(crate) async fn message(
    core: &Core,
    binding: &Binding,
    segments: &[&str],
    parts: &Parts,
    body: Body,
) -> Result<Bytes, Box<Problem>> {
    let Beside { head: mut out, tail, set } = beside(core, binding, segments, parts)?;
    if binding.body == binding::Body::None {
        no_body(body).await?;
    } else {
        let mut share = core.budget.share();
        let body = collect(body, &parts.headers, binding, &mut share).await?;
        let mask = binding.mask.filter(|place| !set.contains(&vec![(binding.input, *place)]));
        put_body(core, binding, &parts.headers, &body, mask, &mut out)?;
    }
    out.extend_from_slice(&tail);
    Ok(Bytes::from(out))
}

/// What a request says beside its body. On the wire what the query says comes first and what the path says last, so that
/// the path wins over the body where both name a field.
pub(crate) struct Beside {
    pub(crate) head: Vec<u8>,
    pub(crate) tail: Vec<u8>,
    /// What the query sets.
    set: Vec<params::Target>,
}

pub(crate) fn beside(core: &Core, binding: &Binding, segments: &[&str], parts: &Parts) -> Result<Beside, Box<Problem>> {
    let input = core.options.json_input;
    let mut out = Vec::with_capacity(256);
    let mut tail = Vec::new();
    let mut violations = Vec::new();
    let mut set = Vec::new();
    if let Err(violation) = params::path(&core.plan, binding, segments, &core.options, &mut tail) {
        violations.push(violation);
    }
    match params::query(&core.plan, binding, parts.uri.query().unwrap_or_default(), input, &mut out) {
        Ok(targets) => set = targets,
        Err(faults) => violations.extend(faults),
    }
    if let Err(violation) = resume(core, binding, &parts.headers, &mut out) {
        violations.push(violation);
    }
    if !violations.is_empty() {
        return Err(Problem::invalid_fields(violations));
    }
    check_plain(&parts.headers)?;
    Ok(Beside { head: out, tail, set })
}

/// A compressed body could be a thousand times as long as any bound on what comes over the wire.
pub(crate) fn check_plain(headers: &HeaderMap) -> Result<(), Box<Problem>> {
    let is_plain = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().all(is_plain) {
        return Ok(());
    }
    let problem = media("a compressed body is not accepted");
    Err(problem.header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity")))
}

/// An event source that reconnects says where it was; that is newer than what its URL said.
fn resume(core: &Core, binding: &Binding, headers: &HeaderMap, out: &mut Vec<u8>) -> Result<(), Violation> {
    let (Some(place), Some(value)) = (binding.resume_request, headers.get("last-event-id")) else { return Ok(()) };
    let refuse = |description: String| Violation { field: "Last-Event-ID".to_owned(), description };
    let text = value.to_str().map_err(|_| refuse("must be plain text".to_owned()))?;
    if text.is_empty() {
        return Ok(());
    }
    params::put(&core.plan, &[(binding.input, place)], text, core.options.json_input, out).map_err(refuse)
}

fn media(detail: &str) -> Box<Problem> {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::InvalidArgument, reason::UNSUPPORTED_MEDIA_TYPE, detail)
}

pub(crate) fn incomplete() -> Box<Problem> {
    let detail = "the body ended before it was complete";
    Problem::new(StatusCode::BAD_REQUEST, Code::InvalidArgument, reason::BODY_INCOMPLETE, detail)
}

pub(crate) fn too_large(limit: usize) -> Box<Problem> {
    let detail = format!("the body is larger than {limit} bytes");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, Code::ResourceExhausted, reason::BODY_TOO_LARGE, detail)
}

/// Refuses a body that says itself that it is too large, before any of it is read.
pub(crate) fn check_declared(headers: &HeaderMap, binding: &Binding) -> Result<(), Box<Problem>> {
    let limit = binding.limits.max_request_bytes;
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > limit as u64) { Err(too_large(limit)) } else { Ok(()) }
}

fn too_slow() -> Box<Problem> {
    let detail = "the body took too long";
    Problem::new(StatusCode::REQUEST_TIMEOUT, Code::DeadlineExceeded, reason::BODY_TIMEOUT, detail)
}

fn too_many() -> Box<Problem> {
    let detail = "too many large bodies are on their way; try again";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, reason::OVERLOADED, detail)
        .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
}

/// How long a request that should have no body may take to show that it has none.
const EMPTY_BODY_TIMEOUT: Duration = Duration::from_secs(5);

async fn no_body(mut body: Body) -> Result<(), Box<Problem>> {
    let mut empty = async || -> Result<(), Box<Problem>> {
        while !body.is_end_stream() {
            let Some(frame) = body.frame().await else { break };
            let frame = frame.map_err(|_| incomplete())?;
            if frame.data_ref().is_some_and(|data| !data.is_empty()) {
                let detail = "this route takes no body";
                return Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    Code::InvalidArgument,
                    reason::UNEXPECTED_BODY,
                    detail,
                ));
            }
        }
        Ok(())
    };
    tokio::time::timeout(EMPTY_BODY_TIMEOUT, empty()).await.map_err(|_| too_slow())?
}

async fn collect(
    mut body: Body,
    headers: &HeaderMap,
    binding: &Binding,
    share: &mut Share<'_>,
) -> Result<Bytes, Box<Problem>> {
    let limit = binding.limits.max_request_bytes;
    check_declared(headers, binding)?;
    let mut whole = Bytes::new();
    let mut more: Vec<u8> = Vec::new();
    let read = async {
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| incomplete())?.into_data() else { continue };
            if whole.len() + more.len() + data.len() > limit {
                return Err(too_large(limit));
            }
            if !share.grow(whole.len() + more.len() + data.len()) {
                return Err(too_many());
            }
            // Most bodies come in one piece, which is then used as it is.
            if whole.is_empty() && more.is_empty() {
                whole = data;
            } else {
                if more.is_empty() {
                    more.extend_from_slice(&std::mem::take(&mut whole));
                }
                more.extend_from_slice(&data);
            }
        }
        Ok(())
    };
    tokio::time::timeout(binding.limits.deadline, read).await.map_err(|_| too_slow())??;
    Ok(if more.is_empty() { whole } else { Bytes::from(more) })
}

fn put_body(
    core: &Core,
    binding: &Binding,
    headers: &HeaderMap,
    body: &Bytes,
    mask: Option<usize>,
    out: &mut Vec<u8>,
) -> Result<(), Box<Problem>> {
    let message = &core.plan.messages[binding.input];
    match binding.body {
        binding::Body::None => Ok(()),
        binding::Body::RawWhole => {
            put_raw(Some(headers), body, out);
            Ok(())
        }
        binding::Body::RawField(place) => {
            put_tag(out, message.fields[place].number, wire::LEN);
            let at = begin_len(out);
            put_raw(Some(headers), body, out);
            end_len(out, at);
            Ok(())
        }
        // An absent body is an object without members.
        binding::Body::Whole | binding::Body::Field(_) if body.is_empty() => Ok(()),
        binding::Body::Whole => {
            check_json(headers)?;
            read::message(&core.plan, binding.input, body, core.options.json_input, out)
                .map_err(|refusal| refused(&refusal))
        }
        binding::Body::Field(place) => {
            check_json(headers)?;
            let field = &message.fields[place];
            read::field(&core.plan, field, body, core.options.json_input, out).map_err(|refusal| refused(&refusal))?;
            if let (Some(mask), crate::plan::Kind::Message(id)) = (mask, field.kind) {
                put_mask(core, message.fields[mask].number, id, body, out).map_err(|refusal| refused(&refusal))?;
            }
            Ok(())
        }
    }
}

/// `google.api.HttpBody`: the type, where the headers are given, and the bytes as they came.
pub(crate) fn put_raw(headers: Option<&HeaderMap>, body: &Bytes, out: &mut Vec<u8>) {
    if let Some(headers) = headers {
        let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        put_tag(out, 1, wire::LEN);
        wire::put_bytes(out, media.unwrap_or("application/octet-stream").as_bytes());
    }
    put_tag(out, 2, wire::LEN);
    wire::put_bytes(out, body);
}

fn put_mask(core: &Core, number: u32, id: MessageId, body: &[u8], out: &mut Vec<u8>) -> Result<(), Box<Refusal>> {
    // The body was read before, so it is UTF-8.
    let text = std::str::from_utf8(body).unwrap_or_default();
    put_tag(out, number, wire::LEN);
    let at = begin_len(out);
    for path in mask::paths(&core.plan, id, text)? {
        put_tag(out, 1, wire::LEN);
        wire::put_bytes(out, path.as_bytes());
    }
    end_len(out, at);
    Ok(())
}

/// JSON must be declared as such: a form or a plain text is what a foreign page can send without asking first.
fn check_json(headers: &HeaderMap) -> Result<(), Box<Problem>> {
    let accept = |problem: Box<Problem>| problem.header(header::ACCEPT, HeaderValue::from_static("application/json"));
    if headers::media_type(headers).as_deref() != Some("application/json") {
        return Err(accept(media("the body must be application/json")));
    }
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let charset = value.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    match charset {
        Some(charset) if !charset.eq_ignore_ascii_case("utf-8") && !charset.eq_ignore_ascii_case("utf8") => {
            Err(accept(media("the body must be UTF-8")))
        }
        _ => Ok(()),
    }
}

fn refused(refusal: &Refusal) -> Box<Problem> {
    if refusal.malformed {
        let detail = format!("the body is not valid JSON: {}", refusal.what);
        return Problem::new(StatusCode::BAD_REQUEST, Code::InvalidArgument, reason::MALFORMED_JSON, detail);
    }
    let path = refusal.path();
    let field = if path.is_empty() { "body".to_owned() } else { path };
    Problem::invalid_fields(vec![Violation { field, description: refusal.what.clone() }])
}
