//! Request bodies that go upstream in pieces.

use std::convert::Infallible;
use std::sync::LazyLock;

use bytes::Bytes;
use http::Request;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage};
use rollcall_edge::{Edge, Upstream, in_process};
use serde_json::json;
use tokio::sync::mpsc;
use tower::{Service as _, service_fn};

use crate::support::{Answer, Raw, options, pool, send};

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let text = r#"
        syntax = "proto3";
        package uploads;
        import "google/api/annotations.proto";
        import "google/api/httpbody.proto";
        message Picture { string album = 1; google.api.HttpBody content = 2; bool checked = 3; }
        message Taken { string text = 1; }
        service Uploads {
          rpc Import(stream google.api.HttpBody) returns (Taken) {
            option (google.api.http) = {post: "/import" body: "*"};
          }
          rpc Add(stream Picture) returns (Taken) {
            option (google.api.http) = {put: "/albums/{album}" body: "content"};
          }
        }
    "#;
    pool("uploads.proto", Some(text))
});

/// Tells when a call has ended without its end.
struct Guard(mpsc::UnboundedSender<String>);

impl Drop for Guard {
    fn drop(&mut self) {
        let _gone = self.0.send("dropped".to_owned());
    }
}

/// A service that tells of each message that it gets, as JSON, and answers with the number of them.
fn uploads(told: mpsc::UnboundedSender<String>) -> Upstream {
    in_process(service_fn(move |request: Request<tonic::body::Body>| {
        let told = told.clone();
        let input = if request.uri().path().ends_with("Import") { "google.api.HttpBody" } else { "uploads.Picture" };
        async move {
            let take = move |request: tonic::Request<tonic::Streaming<Bytes>>| {
                let guard = Guard(told.clone());
                async move {
                    let mut messages = request.into_inner();
                    let mut number = 0;
                    while let Some(message) = messages.message().await? {
                        let descriptor = POOL.get_message_by_name(input).unwrap();
                        let message = DynamicMessage::decode(descriptor, message).unwrap();
                        guard.0.send(serde_json::to_string(&message).unwrap()).unwrap();
                        number += 1;
                    }
                    guard.0.send("ended".to_owned()).unwrap();
                    let mut taken = DynamicMessage::new(POOL.get_message_by_name("uploads.Taken").unwrap());
                    taken.set_field_by_name("text", prost_reflect::Value::String(number.to_string()));
                    Ok(tonic::Response::new(Bytes::from(taken.encode_to_vec())))
                }
            };
            let response = tonic::server::Grpc::new(Raw).client_streaming(service_fn(take), request).await;
            Ok::<_, Infallible>(response)
        }
    }))
}

struct World {
    edge: Edge,
    told: mpsc::UnboundedReceiver<String>,
}

impl World {
    fn new() -> World {
        let (tell, told) = mpsc::unbounded_channel();
        World { edge: Edge::new(&POOL, uploads(tell), options()).unwrap(), told }
    }

    /// What the service said until its call was over.
    async fn all(mut self) -> Vec<String> {
        drop(self.edge);
        let mut all = Vec::new();
        while let Some(told) = self.told.recv().await {
            all.push(told);
        }
        all
    }
}

fn read(told: Option<String>) -> serde_json::Value {
    serde_json::from_str(&told.unwrap()).unwrap()
}

#[tokio::test]
async fn each_piece_goes_upstream_as_it_comes() {
    let mut world = World::new();
    let (pieces, coming) = mpsc::unbounded_channel::<&'static str>();
    let body = futures_util::stream::unfold(coming, async |mut coming| {
        let piece = coming.recv().await?;
        Some((Ok::<_, Infallible>(Frame::data(Bytes::from_static(piece.as_bytes()))), coming))
    });
    let request = Request::post("/import").header("content-type", "text/csv");
    let call = tokio::spawn(world.edge.call(request.body(StreamBody::new(body)).unwrap()));
    pieces.send("a,b\n").unwrap();
    assert_eq!(read(world.told.recv().await), json!({"contentType": "text/csv", "data": "YSxiCg=="}));
    pieces.send("1,2\n").unwrap();
    assert_eq!(read(world.told.recv().await), json!({"data": "MSwyCg=="}));
    drop(pieces);
    let response = call.await.unwrap().unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), r#"{"text":"2"}"#);
}

#[tokio::test]
async fn what_stands_beside_the_body_comes_first() {
    let world = World::new();
    let headers = [("content-type", "image/png")];
    let answer = send(&world.edge, "PUT /albums/summer%202026?checked=true", &headers, "abc").await;
    assert_eq!(answer.text(), r#"{"text":"1"}"#);
    let told = world.all().await;
    assert_eq!(
        read(told.first().cloned()),
        json!({"album": "summer 2026", "checked": true, "content": {"contentType": "image/png", "data": "YWJj"}})
    );
    assert_eq!(told[1..], ["ended", "dropped"]);
    let world = World::new();
    let answer = send(&world.edge, "POST /import", &[], "").await;
    assert_eq!(answer.text(), r#"{"text":"1"}"#);
    assert_eq!(read(world.all().await.first().cloned()), json!({"contentType": "application/octet-stream"}));
}

async fn in_pieces(world: &World, pieces: Vec<Result<&'static str, std::io::Error>>) -> Answer {
    let frames = pieces.into_iter().map(|piece| piece.map(|text| Frame::data(Bytes::from_static(text.as_bytes()))));
    let body = StreamBody::new(futures_util::stream::iter(frames));
    let response = world.edge.clone().call(Request::post("/import").body(body).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
}

/// Else a part could be taken for the whole.
#[tokio::test]
async fn a_body_that_breaks_off_or_is_too_long_cancels_the_call() {
    const LONG: &str = match std::str::from_utf8(&[b'x'; 1_500]) {
        Ok(text) => text,
        Err(_) => "",
    };
    let broken = || std::io::Error::other("broken");
    for (pieces, status, reason) in [
        (vec![Ok("ab"), Err(broken())], 400, "BODY_INCOMPLETE"),
        (vec![Ok(LONG), Ok(LONG), Ok(LONG)], 413, "BODY_TOO_LARGE"),
    ] {
        let world = World::new();
        let answer = in_pieces(&world, pieces).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (status, &json!(reason)));
        let told = world.all().await;
        assert!(!told.iter().any(|told| told == "ended"), "{told:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_right_is_refused_before_the_call() {
    for (line, headers, status, holds) in [
        ("POST /import", &[("content-length", "5000")][..], 413, "BODY_TOO_LARGE"),
        ("POST /import", &[("content-encoding", "gzip")], 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST /import", &[("accept", "text/html")], 406, "NOT_ACCEPTABLE"),
        ("POST /import?data=AA", &[], 400, "belong into the body"),
        ("PUT /albums/x?content.data=AA", &[], 400, "belongs into the body"),
        ("GET /import", &[], 405, "METHOD_NOT_ALLOWED"),
    ] {
        let world = World::new();
        let answer = send(&world.edge, line, headers, "abc").await;
        assert!(answer.status == status && answer.text().contains(holds), "{line}: {}", answer.text());
        assert!(world.all().await.is_empty(), "{line}");
    }
}
