//! Reads the request message, no further than the contract allows, brings its names into their form, and holds it against the
//! rules of its fields, the same for every transport. Of a stream from the caller each message is held against them when it comes.

use std::sync::Arc;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use tonic::Status;

use super::Request;
use crate::{
    contract::{Contract, Method},
    problem::{ErrorReason, Problem},
};

/// Before each gRPC message: whether it is compressed, and its length.
const PREFIX_BYTES: usize = 5;

pub async fn admit(contract: &Arc<Contract>, method: &Arc<Method>, request: Request) -> Result<Request, Problem> {
    let (parts, body) = request.into_parts();
    let body = match method.takes_stream {
        true => admit_each(contract.clone(), method.clone(), body),
        false => Body::from(hold(contract, method, read(body, method).await?)?),
    };
    Ok(Request::from_parts(parts, body))
}

/// A message with its prefix, with its names in their form.
fn hold(contract: &Contract, method: &Method, mut framed: Bytes) -> Result<Bytes, Problem> {
    // Before the rules, so that a name of blanks alone is an empty one to them.
    if let Some(message) = contract.normalise(method, &framed[PREFIX_BYTES..]) {
        framed = frame(&message)?;
    }
    check(contract, method, &framed[PREFIX_BYTES..])?;
    Ok(framed)
}

/// The messages of a stream as they come, up to the first that may not be sent. No more of it is held than one message.
fn admit_each(contract: Arc<Contract>, method: Arc<Method>, mut body: Body) -> Body {
    Body::from_stream(async_stream::stream! {
        let mut read = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else {
                yield Err(Status::from(malformed("The request broke off.")));
                return;
            };
            let Ok(data) = frame.into_data() else { continue };
            read.extend_from_slice(&data);
            loop {
                let next = match whole(&read, &method) {
                    Ok(None) => break,
                    Ok(Some(length)) => hold(&contract, &method, read.split_to(length).freeze()),
                    Err(problem) => Err(problem),
                };
                let is_over = next.is_err();
                yield next.map_err(Status::from);
                if is_over {
                    return;
                }
            }
        }
        if !read.is_empty() {
            yield Err(Status::from(malformed("The request ends within a message.")));
        }
    })
}

/// How long the first message is with its prefix, once it is there.
fn whole(read: &[u8], method: &Method) -> Result<Option<usize>, Problem> {
    let Some([compressed, length @ ..]) = read.first_chunk::<PREFIX_BYTES>() else { return Ok(None) };
    if *compressed != 0 {
        return Err(malformed("Compressed requests are not taken."));
    }
    let length = u32::from_be_bytes(*length) as usize;
    if length > method.max_message_bytes() {
        return Err(too_large(method));
    }
    Ok(Some(PREFIX_BYTES + length).filter(|all| *all <= read.len()))
}

fn malformed(text: &str) -> Problem {
    Problem::new(ErrorReason::MalformedRequest, text)
}

fn check(contract: &Contract, method: &Method, message: &[u8]) -> Result<(), Problem> {
    let found = contract.check(method, message).map_err(|malformed| {
        Problem::new(ErrorReason::MalformedRequest, format!("The request is no message of its type: {}.", malformed.0))
    })?;
    let Some((_, first_reason)) = found.first() else { return Ok(()) };
    // A message may name a reason of its own; it is given where nothing else is at fault.
    let reason = ErrorReason::from_str_name(first_reason)
        .filter(|_| found.iter().all(|(_, reason)| reason == first_reason))
        .unwrap_or(ErrorReason::InvalidField);
    Err(Problem::invalid(reason, found.into_iter().map(|(violation, _)| violation).collect()))
}

fn frame(message: &[u8]) -> Result<Bytes, Problem> {
    let length = u32::try_from(message.len()).map_err(Problem::internal)?;
    Ok([&[0], &length.to_be_bytes()[..], message].concat().into())
}

/// The one message of a unary or server-streaming call, with its prefix.
async fn read(mut body: Body, method: &Method) -> Result<Bytes, Problem> {
    let max_bytes = method.max_message_bytes();
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
                return Err(too_large(method));
            }
        }
    }
    match read.first_chunk::<PREFIX_BYTES>() {
        Some([_, length @ ..]) if u32::from_be_bytes(*length) as usize + PREFIX_BYTES == read.len() => {
            let has_room = method.has_room_for(&read[PREFIX_BYTES..]);
            if has_room { Ok(read.freeze()) } else { Err(too_large(method)) }
        }
        Some(_) => Err(malformed("The request must be one whole message.")),
        None => Err(malformed("The request is empty; send one message.")),
    }
}

fn too_large(method: &Method) -> Problem {
    let max_bytes = method.max_request_bytes;
    let words = match method.max_message_bytes() - max_bytes {
        0 => format!("The request is larger than {max_bytes} bytes."),
        beside => {
            format!(
                "The file is larger than {max_bytes} bytes, or what the request says beside it than {beside} bytes."
            )
        }
    };
    Problem::new(ErrorReason::RequestTooLarge, words).with("max_request_bytes", max_bytes)
}
