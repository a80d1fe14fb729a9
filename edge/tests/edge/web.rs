//! grpc-web and plain gRPC, and what browsers ask before they call.

use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Version};
use http_body::Frame;
use http_body_util::{BodyExt as _, Full, StreamBody};
use prost::Message as _;
use prost_reflect::{DynamicMessage, Value};
use tower::Service as _;

use crate::support::{POOL, edge, json, send};

fn framed(id: &str, pages: i32) -> Vec<u8> {
    let mut item = DynamicMessage::new(POOL.get_message_by_name("edge.test.v1.Item").unwrap());
    item.set_field_by_name("id", Value::String(id.to_owned()));
    item.set_field_by_name("pages", Value::I32(pages));
    let message = item.encode_to_vec();
    let mut frame = vec![0];
    frame.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
    frame.extend_from_slice(&message);
    frame
}

#[tokio::test]
async fn grpc_web_is_served_however_its_type_is_spelt() {
    let edge = edge();
    let frame = framed("7", 0);
    for media in [
        "application/grpc-web",
        "application/grpc-web+proto",
        "application/grpc-web+proto; charset=utf-8",
        "Application/gRPC-Web",
    ] {
        let headers = [("content-type", media), ("x-grpc-web", "1")];
        let answer = send(&edge, "POST /edge.test.v1.Echo/Get", &headers, frame.clone()).await;
        assert_eq!(answer.status, 200, "{media}");
        assert!(answer.header("content-type").starts_with("application/grpc-web"), "{:?}", answer.headers);
        assert_eq!(&answer.body[..frame.len()], &frame[..]);
        assert!(answer.text().contains("grpc-status:0"), "{:?}", answer.text());
    }
}

#[tokio::test]
async fn text_is_answered_in_text() {
    let edge = edge();
    let body = STANDARD.encode(framed("7", 0));
    for accept in ["*/*", "application/grpc-web-text"] {
        let headers = [("content-type", "application/grpc-web-text; charset=utf-8"), ("accept", accept)];
        let answer = send(&edge, "POST /edge.test.v1.Echo/Get", &headers, body.clone()).await;
        assert!(answer.header("content-type").starts_with("application/grpc-web-text"), "{:?}", answer.headers);
        assert!(answer.text().starts_with(body.trim_end_matches('=')), "{}", answer.text());
    }
}

/// The protocol lets a client encode its frame in parts, and the network cuts those up again.
#[tokio::test]
async fn text_may_come_in_parts() {
    let frame = framed("7", 0);
    let (head, tail) = frame.split_at(4);
    let text = STANDARD.encode(head) + &STANDARD.encode(tail);
    for size in [1, 3, 1_000] {
        let pieces: Vec<Bytes> = text.as_bytes().chunks(size).map(|piece| Bytes::from(piece.to_vec())).collect();
        let frames = pieces.into_iter().map(|piece| Ok::<_, Infallible>(Frame::data(piece)));
        let body = StreamBody::new(futures_util::stream::iter(frames));
        let request = Request::post("/edge.test.v1.Echo/Get").header("content-type", "application/grpc-web-text");
        let response = edge().call(request.body(body).unwrap()).await.unwrap();
        let answer = response.into_body().collect().await.unwrap().to_bytes();
        assert!(answer.starts_with(STANDARD.encode(&frame).trim_end_matches('=').as_bytes()), "{size}: {answer:?}");
    }
    let headers = [("content-type", "application/grpc-web-text")];
    for text in ["AAAA!", "AAA", &text[..text.len() - 1]] {
        let answer = send(&edge(), "POST /edge.test.v1.Echo/Get", &headers, text.to_owned()).await;
        assert_ne!(answer.header("grpc-status"), "0", "{text}: {answer:?}");
        assert!(answer.headers.contains_key("grpc-status"), "{text}: {answer:?}");
    }
}

#[tokio::test]
async fn web_streams_fail_visibly_and_in_time() {
    let edge = edge();
    let headers = [("content-type", "application/grpc-web+proto"), ("grpc-timeout", "200m")];
    let answer = send(&edge, "POST /edge.test.v1.Echo/Watch", &headers, framed("fails", 2)).await;
    assert!(answer.text().contains("grpc-status:10"), "{:?}", answer.text());
    let answer = send(&edge, "POST /edge.test.v1.Echo/Watch", &headers, framed("hangs", 1)).await;
    assert!(answer.text().contains("grpc-status:4"), "{:?}", answer.text());
    let answer = send(&edge, "POST /edge.test.v1.Echo/Fail", &headers, framed("panic", 0)).await;
    assert_eq!(answer.header("grpc-status"), "13");
    let answer = send(&edge, "POST /edge.test.v1.Echo/Fail", &headers, framed("5", 0)).await;
    assert_eq!(answer.header("grpc-status"), "5");
}

#[tokio::test]
async fn plain_grpc_passes_through() {
    let mut edge = edge();
    let frame = framed("7", 0);
    let request = Request::post("/edge.test.v1.Echo/Get")
        .version(Version::HTTP_2)
        .header("content-type", "application/grpc")
        .header("x-forwarded-for", "6.6.6.6")
        .body(Full::new(Bytes::from(frame.clone())))
        .unwrap();
    let response = edge.call(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/grpc");
    assert!(!response.headers()["x-seen"].to_str().unwrap().contains("6.6.6.6"));
    let body = response.into_body().collect().await.unwrap();
    assert_eq!(body.trailers().unwrap()["grpc-status"], "0");
    assert_eq!(&body.to_bytes()[..], &frame[..]);
}

/// The whole of what a browser does for a page: it asks, calls, and lets the page see the outcome.
#[tokio::test]
async fn a_page_asks_and_then_calls() {
    let edge = edge();
    let page = ("origin", "https://app.example");
    let text = STANDARD.encode(framed("5", 0));
    for (media, body) in [
        ("application/grpc-web+proto; charset=utf-8", framed("5", 0)),
        ("application/grpc-web-text+proto; charset=UTF-8", text.into_bytes()),
    ] {
        let asked = [
            page,
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,content-type,grpc-timeout,x-grpc-web,x-user-agent"),
        ];
        let answer = send(&edge, "OPTIONS /edge.test.v1.Echo/Fail", &asked, "").await;
        assert_eq!((answer.status.as_u16(), answer.header("access-control-max-age")), (200, "7200"));
        for name in asked[2].1.split(',') {
            assert!(answer.header("access-control-allow-headers").split(',').any(|allowed| allowed == name), "{name}");
        }
        let headers = [page, ("content-type", media), ("x-grpc-web", "1"), ("authorization", "Bearer t")];
        let answer = send(&edge, "POST /edge.test.v1.Echo/Fail", &headers, body).await;
        // A refusal without any message has its status in headers, which a page sees only where they are exposed.
        assert_eq!((answer.status.as_u16(), answer.header("grpc-status")), (200, "5"));
        assert_eq!(answer.header("access-control-allow-origin"), "https://app.example");
        assert!(answer.header("access-control-expose-headers").split(',').any(|name| name == "grpc-status"));
    }
}

#[tokio::test]
async fn only_allowed_pages_may_call() {
    let edge = edge();
    let preflight = async |origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type,x-grpc-web,authorization"),
        ];
        send(&edge, "OPTIONS /edge.test.v1.Echo/Get", &headers, "").await
    };
    let answer = preflight("https://app.example").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), "https://app.example");
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    assert!(answer.header("access-control-allow-headers").contains("x-grpc-web"));
    assert!(answer.header("access-control-allow-methods").contains("PATCH"));
    assert!(answer.header("vary").contains("origin"));
    assert_eq!(preflight("https://evil.example").await.header("access-control-allow-origin"), "");
    let headers = [("origin", "https://app.example")];
    for line in ["GET /v1/items/7", "GET /nope", "OPTIONS /v1/items/7"] {
        let answer = send(&edge, line, &headers, "").await;
        let expected = if line.starts_with("OPTIONS") { "" } else { "https://app.example" };
        assert_eq!(answer.header("access-control-allow-origin"), expected, "{line}");
    }
    let answer = send(&edge, "GET /v1/items/7", &headers, "").await;
    for name in ["grpc-status", "grpc-status-details-bin", "retry-after", "x-request-id", "content-disposition"] {
        assert!(answer.header("access-control-expose-headers").contains(name), "{name}");
    }
    assert_eq!(json(&edge, "POST /v1/items", "{}").await.header("access-control-allow-origin"), "");
}
