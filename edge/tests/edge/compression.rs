//! Compressed answers.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use rollcall_edge::{Edge, MethodLimits, Options};

use crate::support::{Answer, POOL, echo, edge, options, send};

/// A list of a hundred words, and so long enough to be compressed.
fn long(title: &str) -> String {
    format!("/v1/items/7?title={title}{}", "&tags=some+words".repeat(100))
}

/// What the client makes of the body.
fn plain(answer: &Answer) -> Vec<u8> {
    let mut plain = Vec::new();
    match answer.header("content-encoding") {
        "gzip" => _ = flate2::read::GzDecoder::new(&answer.body[..]).read_to_end(&mut plain).unwrap(),
        "zstd" => plain = zstd::bulk::decompress(&answer.body, 1 << 20).unwrap(),
        _ => plain = answer.body.to_vec(),
    }
    plain
}

#[tokio::test]
async fn the_client_chooses() {
    let edge = edge();
    let expected = send(&edge, &format!("GET {}", long("")), &[], "").await;
    for (accept, coding) in [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0.5, gzip", "gzip"),
        ("br", ""),
        ("identity", ""),
        ("*;q=0, identity", ""),
        ("identity;q=0, *", "zstd"),
    ] {
        for method in ["GET", "HEAD"] {
            let answer = send(&edge, &format!("{method} {}", long("")), &[("accept-encoding", accept)], "").await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.header("content-encoding"), coding, "{accept}");
            assert!(answer.headers.get_all("vary").iter().any(|value| value == "accept-encoding"));
            if method == "GET" {
                assert_eq!(plain(&answer), expected.body, "{accept}");
                assert!(coding.is_empty() || answer.body.len() * 5 < expected.body.len(), "{}", answer.body.len());
            } else {
                let whole = send(&edge, &format!("GET {}", long("")), &[("accept-encoding", accept)], "").await;
                assert_eq!((answer.header("content-length"), answer.body.len()), (&*whole.body.len().to_string(), 0));
            }
        }
    }
    let answer = send(&edge, "GET /v1/items/7", &[("accept-encoding", "gzip")], "").await;
    assert_eq!((answer.header("content-encoding"), answer.header("vary").contains("accept-encoding")), ("", true));
    let answer = send(&edge, "GET /v1/items/7", &[("accept-encoding", "gzip, identity;q=0")], "").await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert_eq!(plain(&answer), send(&edge, "GET /v1/items/7", &[], "").await.body);
}

/// Told before the call, which may have effects.
#[tokio::test]
async fn who_takes_no_form_of_an_answer_is_told_so() {
    let edge = edge();
    for (line, accept, status) in [
        ("GET /v1/items/7", "identity;q=0", 406),
        ("DELETE /v1/items/7", "*;q=0", 406),
        ("GET /v1/items/7", "br, *;q=0", 406),
        ("GET /v1/items/7", "br, identity;q=0, gzip", 200),
        ("GET /v1/watch/x", "gzip, identity;q=0", 406),
        ("GET /v1/watch/x", "gzip", 200),
    ] {
        let answer = send(&edge, line, &[("accept-encoding", accept)], "").await;
        assert_eq!(answer.status, status, "{line} {accept}");
        let text = String::from_utf8(plain(&answer)).unwrap();
        assert!(status == 200 || text.contains("NOT_ACCEPTABLE"), "{text}");
    }
}

#[tokio::test]
async fn a_compressed_answer_has_a_weak_tag() {
    let edge = edge();
    for (accept, tag) in [("identity", "\"v1\""), ("gzip", "W/\"v1\"")] {
        let answer = send(&edge, &format!("GET {}", long("tagged")), &[("accept-encoding", accept)], "").await;
        assert_eq!((answer.header("etag"), answer.header("cache-control")), (tag, "private, max-age=5"));
    }
}

#[tokio::test]
async fn secrets_are_not_compressed() {
    let edge = edge();
    for title in ["secret", "created"] {
        let answer = send(&edge, &format!("GET {}", long(title)), &[("accept-encoding", "gzip, zstd")], "").await;
        assert_eq!(answer.header("content-encoding"), "", "{title}");
        assert!(!answer.headers.get_all("vary").iter().any(|value| value == "accept-encoding"));
    }
}

#[tokio::test]
async fn types_that_are_compressed_already_stay() {
    let edge = edge();
    for (media, coding) in [
        ("text/csv", "gzip"),
        ("image/svg+xml", "gzip"),
        ("image/png", ""),
        ("application/pdf", ""),
        ("application/zip", ""),
        ("application/octet-stream", ""),
    ] {
        let headers = [("content-type", media), ("accept-encoding", "gzip")];
        let answer = send(&edge, "POST /v1/files/x", &headers, "a,b\n".repeat(400)).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-encoding")), (200, coding), "{media}");
        assert_eq!(plain(&answer), "a,b\n".repeat(400).as_bytes());
    }
}

#[tokio::test]
async fn streams_and_grpc_are_not_compressed() {
    let edge = edge();
    for accept in ["application/x-ndjson", "text/event-stream", "application/json"] {
        let headers = [("accept", accept), ("accept-encoding", "gzip, zstd")];
        let answer = send(&edge, "GET /v1/watch/x?pages=200", &headers, "").await;
        assert_eq!(answer.header("content-encoding"), "", "{accept}");
        assert!(answer.text().contains("tick"));
    }
    let answer = send(&edge, "GET /v1/download/x", &[("accept-encoding", "gzip")], "").await;
    assert_eq!(answer.text(), "a,b\n1,2\n");
    let headers = [("content-type", "application/grpc-web+proto"), ("accept-encoding", "gzip, identity;q=0")];
    let frame = [vec![0, 0, 0, 7, 211, 10, 208, 15], vec![b'x'; 2_000]].concat();
    let answer = send(&edge, "POST /edge.test.v1.Echo/Get", &headers, frame.clone()).await;
    assert_eq!((answer.header("content-encoding"), answer.body.starts_with(&frame)), ("", true), "{}", answer.text());
}

/// So long that others would have to wait for it.
#[tokio::test]
async fn very_long_answers_are_compressed_elsewhere() {
    let limits = MethodLimits { max_request_bytes: 1 << 20, deadline: Duration::from_secs(5) };
    let edge = Edge::new(&POOL, echo(), Options { limits: Arc::new(move |_| limits), ..options() }).unwrap();
    let text: String = (0..50_000).map(|number| format!("{number},")).collect();
    for coding in ["gzip", "zstd"] {
        let headers = [("content-type", "text/csv"), ("accept-encoding", coding)];
        let answer = send(&edge, "POST /v1/files/x", &headers, text.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-encoding")), (200, coding));
        assert!(answer.body.len() < text.len() && plain(&answer) == text.as_bytes());
    }
}

/// A refusal is an answer too.
#[tokio::test]
async fn long_refusals_are_compressed() {
    let many = (0..40).map(|number| format!("nope{number}=1&")).collect::<String>();
    let answer = send(&edge(), &format!("GET /v1/items?{many}"), &[("accept-encoding", "gzip")], "").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-encoding")), (400, "gzip"));
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem: serde_json::Value = serde_json::from_slice(&plain(&answer)).unwrap();
    assert_eq!(problem["violations"].as_array().unwrap().len(), 32);
}
