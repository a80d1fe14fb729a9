//! grpc-web, framed by hand, so that it is the protocol that is tested and not a library.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::{Buf as _, Bytes};
use http::Method;
use tonic::{Code, Status, metadata::MetadataMap};

use crate::rest::{Reply, Rest};

/// A whole grpc-web answer: messages, and the status that ends it.
#[derive(Debug)]
pub struct WebReply {
    pub messages: Vec<Bytes>,
    pub status: Status,
    pub http: Reply,
}

/// Calls `path` (`/package.Service/Method`) with one message and reads to the end.
pub async fn call(rest: &Rest, path: &str, message: &[u8], text: bool) -> WebReply {
    let mut body = frame(0, message);
    let mut kind = "application/grpc-web+proto";
    if text {
        body = STANDARD.encode(body).into_bytes();
        kind = "application/grpc-web-text+proto";
    }
    let request = rest.request(Method::POST, path).header("content-type", kind).header("accept", kind);
    let http = rest.send(request.header("x-grpc-web", "1").body(body)).await;
    read(http, text)
}

/// One frame.
pub fn frame(flags: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a short message");
    let mut frame = vec![flags];
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(message);
    frame
}

fn read(http: Reply, text: bool) -> WebReply {
    assert_eq!(http.status, 200, "{http:?}");
    let mut bytes = if text { decode_text(&http.bytes) } else { http.bytes.clone() };
    let mut messages = Vec::new();
    // A refusal without a message may come as headers alone.
    let mut trailers = http.headers.clone();
    while bytes.has_remaining() {
        let flags = bytes.get_u8();
        let length = bytes.get_u32() as usize;
        let part = bytes.split_to(length);
        if flags & 0x80 == 0 {
            messages.push(part);
        } else {
            trailers = parse(&part);
        }
    }
    let status = status(&trailers);
    WebReply { messages, status, http }
}

/// Text mode may pad each frame, so the parts between the padding are decoded one by one.
fn decode_text(text: &[u8]) -> Bytes {
    let mut bytes = Vec::new();
    for quantum in text.chunks(4) {
        bytes.extend(STANDARD.decode(quantum).expect("base64"));
    }
    bytes.into()
}

fn parse(part: &[u8]) -> BTreeMap<String, String> {
    let text = std::str::from_utf8(part).expect("trailers");
    let lines = text.split("\r\n").filter_map(|line| line.split_once(':'));
    lines.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect()
}

fn status(trailers: &BTreeMap<String, String>) -> Status {
    let headers: http::HeaderMap = trailers
        .iter()
        .filter_map(|(name, value)| {
            Some((http::HeaderName::from_bytes(name.as_bytes()).ok()?, value.parse::<http::HeaderValue>().ok()?))
        })
        .collect();
    match Status::from_header_map(&headers) {
        Some(status) => status,
        None => Status::with_metadata(Code::Unknown, "no grpc-status came", MetadataMap::new()),
    }
}
