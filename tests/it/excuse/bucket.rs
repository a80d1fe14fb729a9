//! Documents in a bucket: what speaks S3 here is small, and signed requests are all that it knows.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse as _, Response},
    routing::any,
};
use rollcall_proto::v1::{DownloadExcuseDocumentRequest, ListExcusesRequest, RequestExcuseRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal, college::College, in_one_world, seed::State as Session, world::Plan,
};
use tokio::net::TcpListener;
use tonic::Code;

use super::{about, papers};

in_one_world!(are_kept_under_its_prefix);

type Objects = Arc<Mutex<BTreeMap<String, Bytes>>>;

async fn serve(
    State(objects): State<Objects>,
    Path(path): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !text("authorization").starts_with("AWS4-HMAC-SHA256 Credential=key/") {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut objects = objects.lock().expect("the objects");
    match method {
        Method::PUT => {
            objects.insert(path, body);
            [("etag", "\"1\"")].into_response()
        }
        Method::GET => {
            let Some(object) = objects.get(&path) else { return StatusCode::NOT_FOUND.into_response() };
            let (from, to) = text("range").trim_start_matches("bytes=").split_once('-').expect("a range");
            let (from, to): (usize, usize) = (from.parse().expect("a number"), to.parse().expect("a number"));
            let range = format!("bytes {from}-{to}/{}", object.len());
            let headers =
                [("etag", "\"1\""), ("content-range", &range), ("last-modified", "Fri, 20 Nov 2026 10:00:00 GMT")];
            (StatusCode::PARTIAL_CONTENT, headers, object.slice(from..=to)).into_response()
        }
        _ => {
            objects.remove(&path);
            StatusCode::NO_CONTENT.into_response()
        }
    }
}

async fn are_kept_under_its_prefix(kind: Kind) {
    let objects = Objects::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let bucket = Router::new().route("/{*path}", any(serve)).with_state(objects.clone());
    let bucket = bucket.layer(axum::extract::DefaultBodyLimit::disable());
    let serving = tokio::spawn(async move { axum::serve(listener, bucket).await });

    let plan = Plan::new(kind)
        .set("DOCUMENTS_URL", "s3://letters/of/students")
        .set("S3_ENDPOINT", &format!("http://{address}"))
        .set("S3_ACCESS_KEY_ID", "key")
        .set("S3_SECRET_ACCESS_KEY", "secret");
    let mut college = College::new("riverside", 1);
    let other = college.another_session(Session::Active);
    let class = Class::of(plan, college).await;
    let document = papers::pdf(1_500_000);
    let request = |session| RequestExcuseRequest { document: Some(document.clone()), ..about(session) };
    let excuse = class.student(0).excuses().request_excuse(request(class.session_id())).await.answer();
    {
        let objects = objects.lock().expect("the objects");
        let (path, kept) = objects.first_key_value().expect("an object");
        assert!(path.starts_with("letters/of/students/"), "{path}");
        assert_eq!((objects.len(), kept.as_ref()), (1, document.as_slice()));
    }
    let download = DownloadExcuseDocumentRequest { id: excuse.id };
    let mut parts = class.teacher().excuses().download_excuse_document(download.clone()).await.answer();
    let mut read = Vec::new();
    while let Some(part) = parts.message().await.expect("the whole document") {
        read.extend_from_slice(&part.data);
    }
    assert_eq!(read, document);

    // Another document in its place is not told to be it.
    objects.lock().expect("the objects").values_mut().for_each(|kept| *kept = papers::pdf(1_500_000 - 1).into());
    let mut parts = class.teacher().excuses().download_excuse_document(download).await.answer();
    let broken = loop {
        match parts.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("it ended as if it were whole"),
            Err(status) => break status,
        }
    };
    assert!(matches!(broken.code(), Code::Internal | Code::Unavailable), "{broken:?}");

    // A bucket that does not answer keeps nothing, and nothing says that it did.
    serving.abort();
    let _ = serving.await;
    let refusal = class.student(0).excuses().request_excuse(request(other.id)).await;
    let refusal = Refusal::from(&refusal.expect_err("there is no bucket"));
    assert_eq!(refusal.kind(), (Code::Unavailable, "UNAVAILABLE"));
    let listed = class.student(0).excuses().list_excuses(ListExcusesRequest::default()).await.answer().excuses;
    assert_eq!(listed.len(), 1);
}
