//! JSON over HTTP: a request that found its route, and the answer to it.

use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use tonic::metadata::MetadataMap;
use tonic::{Code, Status};

use crate::address::PeerAddr;
use crate::binding::{Answer, Binding, Body as BodyRule};
use crate::call::Passed;
use crate::compress::Accepted;
use crate::edge::{Body, Core, full};
use crate::json::write;
use crate::route::BindingId;
use crate::status::{Problem, reason};
use crate::wire::{Fields, RawValue};
use crate::{headers, origin, request, stream, upload};

pub(crate) async fn serve(
    core: &Arc<Core>,
    binding_id: BindingId,
    segments: &[&str],
    accepted: Accepted,
    request: Request<Body>,
) -> Result<Response<Body>, Box<Problem>> {
    let binding = &core.bindings[binding_id];
    if !accepted.can_be_served(binding.server_streaming) {
        return Err(not_acceptable(if binding.server_streaming { "plain bytes" } else { "plain bytes, gzip or zstd" }));
    }
    let passed = passed(core, &request, None);
    let (parts, body) = request.into_parts();
    if binding.server_streaming {
        let message = request::message(core, binding, segments, &parts, body).await?;
        return stream::serve(core, binding_id, &parts, passed, message).await;
    }
    unary(core, binding, segments, &parts, body, passed).await
}

async fn unary(
    core: &Core,
    binding: &Binding,
    segments: &[&str],
    parts: &Parts,
    body: Body,
    passed: Passed,
) -> Result<Response<Body>, Box<Problem>> {
    let is_json = !matches!(binding.answer, Answer::Raw(_));
    if is_json && headers::accepted(&parts.headers, &["application/json"]).is_none() {
        return Err(not_acceptable("application/json"));
    }
    let answer = if binding.client_streaming {
        upload::call(core, binding, segments, parts, body, passed).await?
    } else {
        let message = request::message(core, binding, segments, parts, body).await?;
        core.caller.unary(binding, passed, message).await
    };
    let answer = answer.map_err(|status| refused(core, binding, &status))?;
    let (metadata, message, _) = answer.into_parts();
    let (media, body) = render(core, binding, &message)?;
    let mut response = Response::new(full(body));
    head(core, &metadata, media, &mut response);
    Ok(response)
}

/// Status, type and headers of an answer.
pub(crate) fn head(core: &Core, metadata: &MetadataMap, media: HeaderValue, response: &mut Response<Body>) {
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    if let Some(status) = headers::response_headers(metadata, &core.options, response.headers_mut()) {
        *response.status_mut() = status;
    }
}

pub(crate) fn not_acceptable(offered: &str) -> Box<Problem> {
    let detail = format!("the answer is only available as {offered}");
    Problem::new(StatusCode::NOT_ACCEPTABLE, Code::InvalidArgument, reason::NOT_ACCEPTABLE, detail)
}

/// What goes upstream beside the message. `bearer` is a token that came in another way than as a header.
pub(crate) fn passed(core: &Core, request: &Request<Body>, bearer: Option<&str>) -> Passed {
    let options = &core.options;
    let mut metadata = headers::request_metadata(request.headers(), options);
    let client = headers::add_origin(request, options, &mut metadata);
    if !metadata.contains_key(header::AUTHORIZATION) {
        let token = bearer.or_else(|| origin::token_of_cookie(request.headers(), request.uri(), options));
        if let Some(value) = token.and_then(headers::bearer) {
            metadata.insert(header::AUTHORIZATION, value);
        }
    }
    Passed {
        metadata,
        extensions: headers::upstream_extensions(request.extensions().get::<PeerAddr>().copied(), client),
        timeout: headers::grpc_timeout(request.headers()),
    }
}

/// The problem that an upstream's refusal is, with the headers that came along.
pub(crate) fn refused(core: &Core, binding: &Binding, status: &Status) -> Box<Problem> {
    // What tonic says of an answer that is too long is OUT_OF_RANGE, as if the caller were at fault.
    if status.code() == Code::OutOfRange && status.message().contains("decoded message length too large") {
        let fault = format!("the limit is {} bytes", core.caller.max_response_bytes);
        tracing::error!(method = binding.full_name, fault, "an answer is too long");
        return unreadable_problem("the answer of the service is too long");
    }
    let mut problem = Problem::of(status);
    let mut headers = HeaderMap::new();
    // The status of a refusal follows from its code alone.
    let _chosen = headers::response_headers(status.metadata(), &core.options, &mut headers);
    problem.headers = headers;
    // Where the HTTP body is a field of the request, clients know the fields below it without its name.
    if let BodyRule::Field(place) = binding.body {
        let prefix = format!("{}.", core.plan.messages[binding.input].fields[place].name);
        // The sentence begins with the field where one is at fault.
        if let Some(rest) = problem.detail.strip_prefix(&prefix) {
            problem.detail = rest.to_owned();
        }
        for violation in &mut problem.violations {
            if let Some(rest) = violation.field.strip_prefix(&prefix) {
                violation.field = rest.to_owned();
            }
        }
    }
    problem
}

const MAX_HINT_BYTES: usize = 256 * 1024;

/// One answer message as the body that its binding makes of it.
pub(crate) fn render(core: &Core, binding: &Binding, message: &Bytes) -> Result<(HeaderValue, Bytes), Box<Problem>> {
    let json = HeaderValue::from_static("application/json");
    // JSON is about three times as long; a very long answer grows as it needs.
    let mut out = Vec::with_capacity(message.len().min(MAX_HINT_BYTES) * 3 + 64);
    let written = match binding.answer {
        Answer::Whole => write::message(&core.plan, binding.output, message, &mut out),
        Answer::Field(place) => write::field(&core.plan, binding.output, place, message, &mut out),
        Answer::Raw(place) => {
            let number = place.map(|place| core.plan.messages[binding.output].fields[place].number);
            return raw(message, number).map_err(|fault| unreadable(binding, &fault));
        }
    };
    written.map_err(|fault| unreadable(binding, &fault))?;
    Ok((json, Bytes::from(out)))
}

fn unreadable(binding: &Binding, fault: &dyn std::error::Error) -> Box<Problem> {
    tracing::error!(method = binding.full_name, %fault, "an answer cannot be written");
    unreadable_problem("the answer of the service cannot be written")
}

fn unreadable_problem(detail: &'static str) -> Box<Problem> {
    let mut problem = Problem::internal(detail);
    problem.reason = reason::ANSWER_UNREADABLE.into();
    problem
}

/// The type and the bytes of a `google.api.HttpBody`, or of the one in the field of that number.
fn raw(message: &Bytes, number: Option<u32>) -> Result<(HeaderValue, Bytes), crate::wire::WireError> {
    let mut body: &[u8] = message;
    if let Some(number) = number {
        body = &[];
        let mut fields = Fields::new(message);
        while let Some(field) = fields.next()? {
            if let (true, RawValue::Len(slice)) = (field.number == number, field.value) {
                body = slice;
            }
        }
    }
    let (mut media, mut data): (&[u8], &[u8]) = (&[], &[]);
    let mut fields = Fields::new(body);
    while let Some(field) = fields.next()? {
        match (field.number, field.value) {
            (1, RawValue::Len(slice)) => media = slice,
            (2, RawValue::Len(slice)) => data = slice,
            _ => {}
        }
    }
    let media = HeaderValue::from_bytes(media).ok().filter(|media| !media.is_empty());
    let media = media.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    Ok((media, if data.is_empty() { Bytes::new() } else { message.slice_ref(data) }))
}
