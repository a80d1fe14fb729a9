//! Server streams over plain HTTP.

use std::time::Duration;

use http::Request;
use http_body_util::{BodyExt as _, Empty};
use serde_json::json;
use tower::Service as _;

use crate::support::{edge, get, send};

#[tokio::test]
async fn lines_are_bare_messages() {
    let answer = get(&edge(), "/v1/watch/x?pages=2").await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    assert_eq!(answer.header("x-accel-buffering"), "no");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.text(), "{\"seq\":\"1\",\"text\":\"tick\\n1\"}\n{\"seq\":\"2\",\"text\":\"tick\\n2\"}\n");
    assert_eq!(get(&edge(), "/v1/watch/x").await.text(), "");
}

#[tokio::test]
async fn events_carry_ids_and_an_end() {
    let edge = edge();
    let answer = send(&edge, "GET /v1/watch/x?pages=2", &[("accept", "text/event-stream")], "").await;
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!(
        answer.text(),
        "id: 1\ndata: {\"seq\":\"1\",\"text\":\"tick\\n1\"}\n\nid: 2\ndata: {\"seq\":\"2\",\"text\":\"tick\\n2\"}\n\n\
         event: end\ndata: {}\n\n"
    );
    let headers = [("accept", "text/event-stream"), ("last-event-id", "2")];
    let answer = send(&edge, "GET /v1/watch/x?pages=3&resume_after=1", &headers, "").await;
    assert!(answer.text().starts_with("id: 3\n"), "{}", answer.text());
    let answer = send(&edge, "GET /v1/watch/x", &[("last-event-id", "x")], "").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["violations"][0]["field"]), (400, &json!("Last-Event-ID")));
}

#[tokio::test]
async fn an_array_is_valid_json() {
    let edge = edge();
    let array = async |uri: &str| send(&edge, uri, &[("accept", "application/json")], "").await;
    let answer = array("GET /v1/watch/x?pages=2").await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json(), json!([{"seq": "1", "text": "tick\n1"}, {"seq": "2", "text": "tick\n2"}]));
    assert_eq!(array("GET /v1/watch/x").await.text(), "[]");
}

#[tokio::test]
async fn bytes_have_nothing_between_them() {
    let edge = edge();
    let answer = get(&edge, "/v1/download/x").await;
    assert_eq!((answer.header("content-type"), answer.text().as_str()), ("text/csv", "a,b\n1,2\n"));
    assert!(get(&edge, "/v1/download/fails").await.text().starts_with("broken"));
}

#[tokio::test]
async fn a_failure_before_the_first_message_keeps_its_status() {
    let edge = edge();
    for accept in ["*/*", "text/event-stream", "application/json"] {
        for (id, status) in [("refused", 403), ("fails", 409), ("panics", 500)] {
            let answer = send(&edge, &format!("GET /v1/watch/{id}"), &[("accept", accept)], "").await;
            assert_eq!(answer.status, status, "{id}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }
}

#[tokio::test]
async fn a_later_failure_is_visible() {
    let edge = edge();
    let answer = get(&edge, "/v1/watch/fails?pages=1").await;
    let last: serde_json::Value = serde_json::from_str(answer.text().lines().last().unwrap()).unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!((&last["error"]["code"], &last["error"]["status"]), (&json!("ABORTED"), &json!(409)));
    let answer = send(&edge, "GET /v1/watch/fails?pages=1", &[("accept", "text/event-stream")], "").await;
    let text = answer.text();
    assert!(text.contains("\n\nevent: stream-error\ndata: {\"type\":") && !text.contains("event: end"), "{text}");
    let answer = send(&edge, "GET /v1/watch/fails?pages=1", &[("accept", "application/json")], "").await;
    assert!(answer.text().starts_with("broken"), "{}", answer.text());
    let answer = get(&edge, "/v1/watch/panics?pages=1").await;
    assert!(answer.text().lines().last().unwrap().contains("INTERNAL"));
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_shows_that_it_is_alive_until_its_time_is_over() {
    let answer = send(&edge(), "GET /v1/watch/hangs", &[("accept", "text/event-stream")], "").await;
    let text = answer.text();
    // Opened, then one comment each 200 ms for 5 s, then the deadline.
    assert!((20..30).contains(&text.matches(":\n\n").count()), "{text}");
    assert!(text.contains("event: stream-error\n") && text.contains("DEADLINE_EXCEEDED"), "{text}");
}

#[tokio::test]
async fn a_slow_reader_holds_back_the_stream() {
    let mut edge = edge();
    let request = Request::get("/v1/watch/floods").body(Empty::<bytes::Bytes>::new()).unwrap();
    let mut body = edge.call(request).await.unwrap().into_body();
    for _ in 0..100 {
        assert!(body.frame().await.unwrap().is_ok());
    }
    // Read or not, it lives no longer than its method may.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let rest = body.collect().await.unwrap().to_bytes();
    assert!(rest.len() < 1_000 && rest.ends_with(b"}}\n"), "{}", rest.len());
    assert!(String::from_utf8_lossy(&rest).contains("DEADLINE_EXCEEDED"));
}

#[tokio::test]
async fn head_opens_nothing_that_stays() {
    let answer = send(&edge(), "HEAD /v1/watch/hangs", &[], "").await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
    assert_eq!((answer.header("content-type"), answer.header("content-length")), ("application/x-ndjson", ""));
}
