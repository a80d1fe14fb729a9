//! Reads the request message, no further than the contract allows, and holds it against the rules of its fields, the same
//! for every transport.

use std::sync::Arc;

use axum::{body::Body, extract::State, middleware::Next};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;

use super::{Request, Response, Shared, refuse};
use crate::{
    contract::Method,
    problem::{ErrorReason, Problem},
};

/// Before each gRPC message: whether it is compressed, and its length.
const PREFIX_BYTES: usize = 5;

pub async fn layer(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let Some(method) = request.extensions().get::<Arc<Method>>().cloned() else { return next.run(request).await };
    let (parts, body) = request.into_parts();
    let framed = match read(body, method.max_request_bytes).await {
        Ok(framed) => framed,
        Err(problem) => return refuse(problem),
    };
    match check(&shared, &method, &framed[PREFIX_BYTES..]) {
        Ok(()) => next.run(Request::from_parts(parts, Body::from(framed))).await,
        Err(problem) => refuse(problem),
    }
}

fn check(shared: &Shared, method: &Method, message: &[u8]) -> Result<(), Problem> {
    let found = shared.contract.check(method, message).map_err(|malformed| {
        Problem::new(ErrorReason::MalformedRequest, format!("The request is no message of its type: {}.", malformed.0))
    })?;
    let Some((_, first_reason)) = found.first() else { return Ok(()) };
    // A message may name a reason of its own; it is given where nothing else is at fault.
    let reason = ErrorReason::from_str_name(first_reason)
        .filter(|_| found.iter().all(|(_, reason)| reason == first_reason))
        .unwrap_or(ErrorReason::InvalidField);
    Err(Problem::invalid(reason, found.into_iter().map(|(violation, _)| violation).collect()))
}

/// The one message of a unary or server-streaming call, with its prefix.
async fn read(mut body: Body, max_bytes: usize) -> Result<Bytes, Problem> {
    let malformed = |text: &str| Problem::new(ErrorReason::MalformedRequest, text);
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| malformed("The request broke off."))?;
        let Ok(data) = frame.into_data() else { continue };
        read.extend_from_slice(&data);
        if let Some(prefix) = read.first_chunk::<PREFIX_BYTES>() {
            let [compressed, length @ ..] = *prefix;
            if compressed != 0 {
                return Err(malformed("Compressed requests are not taken."));
            }
            if u32::from_be_bytes(length) as usize > max_bytes || read.len() > max_bytes + PREFIX_BYTES {
                return Err(Problem::new(
                    ErrorReason::RequestTooLarge,
                    format!("The request is larger than {max_bytes} bytes."),
                )
                .with("max_request_bytes", max_bytes));
            }
        }
    }
    match read.first_chunk::<PREFIX_BYTES>() {
        Some([_, length @ ..]) if u32::from_be_bytes(*length) as usize + PREFIX_BYTES == read.len() => {
            Ok(read.freeze())
        }
        Some(_) => Err(malformed("The request must be one whole message.")),
        None => Err(malformed("The request is empty; send one message.")),
    }
}
