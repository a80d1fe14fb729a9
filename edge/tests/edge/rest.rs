//! Unary calls over REST.

use std::convert::Infallible;

use http_body::Frame;
use http_body_util::StreamBody;
use proptest::prelude::*;
use rollcall_edge::{Edge, in_process};
use serde_json::json;
use tower::Service as _;

use crate::support::{edge, get, json, options, send};

#[tokio::test]
async fn paths_queries_and_bodies_fill_the_request() {
    let edge = edge();
    let answer = get(
        &edge,
        "/v1/items/a%2Fb%20c?title=a+b%2Bc%20d&pages=7&tags=x&tags=y&author.name=Ann&author.country.code=IN&author.born=1990\
         &printed=2024-01-31T10:00:00%2B05:30&genre=poem&counts[red]=2&counts[blue]=3&note=&hard=h&isbn=9007199254740993\
         &digest=-_8&used=true&price=1.5&length=1.5s&mask=a,fooBar&rating=5&reprints=2024-01-01T00:00:00Z",
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        answer.json(),
        json!({
            "id": "a/b c", "title": "a b+c d", "pages": 7, "tags": ["x", "y"], "printed": "2024-01-31T04:30:00Z",
            "author": {"name": "Ann", "country": {"code": "IN"}, "born": 1990}, "genre": "POEM",
            "counts": {"red": 2, "blue": 3}, "note": "", "hard": "h", "isbn": "9007199254740993", "digest": "+/8=",
            "used": true, "price": 1.5, "others": [], "length": "1.500s", "mask": "a,fooBar", "rating": 5,
            "reprints": ["2024-01-01T00:00:00Z"], "resume_after": "0",
        })
    );
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
}

#[tokio::test]
async fn unset_messages_are_left_out_and_defaults_are_written() {
    let answer = get(&edge(), "/v1/items").await;
    assert_eq!(
        answer.text(),
        r#"{"id":"","title":"","pages":0,"tags":[],"genre":"GENRE_UNSPECIFIED","counts":{},"isbn":"0","digest":"","used":false,"price":0,"others":[],"reprints":[],"resume_after":"0"}"#
    );
}

#[tokio::test]
async fn every_kind_of_template_is_served() {
    let edge = edge();
    assert_eq!(get(&edge, "/v1/shelves/1/books/a%2Fb%20c").await.json()["name"], "shelves/1/books/a%2Fb c");
    assert_eq!(get(&edge, "/v1/files").await.json()["rest"], "");
    assert_eq!(get(&edge, "/v1/files/a/b%20c/d").await.json()["rest"], "a/b c/d");
    assert_eq!(get(&edge, "/v1/files/a/b:size").await.json()["rest"], "a/b");
    let answer = get(&edge, "/v1/authors/Ann/items/7").await.json();
    assert_eq!((&answer["author"]["name"], &answer["id"]), (&json!("Ann"), &json!("7")));
    let answer = get(&edge, "/v1/isbn/-5/true/novel/2024-01-31T10:00:00Z").await.json();
    assert_eq!((&answer["isbn"], &answer["used"], &answer["genre"]), (&json!("-5"), &json!(true), &json!("NOVEL")));
    assert_eq!(json(&edge, "POST /v1/items/user:1:start", "").await.json()["id"], "user:1");
    assert_eq!(get(&edge, "/v1/items/user:1").await.json()["id"], "user:1");
    assert_eq!(send(&edge, "PURGE /v1/items/7", &[], "").await.json()["id"], "7");
    assert_eq!(send(&edge, "DELETE /v1/items/7", &[], "").await.json()["id"], "7");
}

#[tokio::test]
async fn bodies_are_the_message_a_field_or_bytes() {
    let edge = edge();
    let answer = json(&edge, "POST /v1/items", r#"{"title":"T","author":{"name":"A"},"extra":{"a":[1,null]}}"#).await;
    assert_eq!(answer.json()["extra"], json!({"a": [1, null]}));
    // The path wins over the body.
    let answer = json(&edge, "POST /v1/items/7:start", r#"{"id":"8","title":"T"}"#).await.json();
    assert_eq!((&answer["id"], &answer["title"]), (&json!("7"), &json!("T")));
    let answer = json(&edge, "PUT /v1/items/7/tags", r#"["a","b"]"#).await;
    assert_eq!(answer.text(), r#"["a","b"]"#);
    assert_eq!(get(&edge, "/v1/items/7/author").await.text(), "null");
    assert_eq!(get(&edge, "/v1/items/7/author?author.name=A").await.text(), r#"{"name":"A","born":0}"#);
    let answer = send(&edge, "POST /v1/files/x?checked=true", &[("content-type", "text/csv; a=b")], "1,2").await;
    assert_eq!((answer.header("content-type"), answer.text()), ("text/csv; a=b", "1,2".to_owned()));
    let answer = send(&edge, "POST /v1/pictures", &[("content-type", "image/png")], vec![0u8, 255]).await;
    assert_eq!((answer.header("content-type"), &answer.body[..]), ("image/png", &[0u8, 255][..]));
}

#[tokio::test]
async fn a_patch_masks_what_its_body_names() {
    let edge = edge();
    let body =
        r#"{"title":"T","author":{"country":{"code":"IN"}},"tags":[],"counts":{"a":1},"isbn":5,"extra":{"a":1}}"#;
    let answer = json(&edge, "PATCH /v1/items/7?dry_run=true", body).await.json();
    assert_eq!(answer["update_mask"], "title,author.country.code,tags,counts,isbn,extra");
    assert_eq!((&answer["item"]["id"], &answer["dry_run"]), (&json!("7"), &json!(true)));
    let answer = json(&edge, "PATCH /v1/items/7?update_mask=title", body).await.json();
    assert_eq!(answer["update_mask"], "title");
    let answer = json(&edge, "PUT /v1/items/7", body).await.json();
    assert_eq!(answer.get("update_mask"), None);
}

#[tokio::test]
async fn head_and_options_are_built_in() {
    let edge = edge();
    let full = get(&edge, "/v1/items/7").await;
    let answer = send(&edge, "HEAD /v1/items/7", &[], "").await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
    assert_eq!(answer.header("content-length"), full.body.len().to_string());
    let answer = send(&edge, "OPTIONS /v1/items/7", &[], "").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("allow")),
        (204, "GET, HEAD, PATCH, PUT, DELETE, PURGE, OPTIONS")
    );
    // A GET with effects has no HEAD.
    let answer = send(&edge, "HEAD /v1/issue/7", &[], "").await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "GET, POST, OPTIONS"));
    assert_eq!(get(&edge, "/v1/issue/7").await.status, 200);
}

/// Over HTTP/2 nothing else would keep the body of a refusal from being sent.
#[tokio::test]
async fn head_never_has_a_body() {
    let edge = edge();
    for path in ["/v1/items/7", "/nope", "/v1/fail/5", "/v1/items?nope=1"] {
        let full = get(&edge, path).await;
        let answer = send(&edge, &format!("HEAD {path}"), &[], "").await;
        assert_eq!((answer.status, answer.body.len()), (full.status, 0), "{path}");
        assert_eq!(answer.header("content-length"), full.body.len().to_string(), "{path}");
        assert_eq!(answer.header("content-type"), full.header("content-type"), "{path}");
    }
}

#[tokio::test]
async fn multiple_segments_may_be_decoded_fully() {
    let options = rollcall_edge::Options { fully_decode_reserved_expansion: true, ..options() };
    let edge = Edge::new(&crate::support::POOL, crate::support::echo(), options).unwrap();
    assert_eq!(get(&edge, "/v1/shelves/1/books/a%2Fb%20c").await.json()["name"], "shelves/1/books/a/b c");
    assert_eq!(get(&edge, "/v1/files/a%2Fb/c%252F").await.json()["rest"], "a/b/c%2F");
}

/// However the network cuts it up.
#[tokio::test]
async fn a_body_may_come_byte_by_byte() {
    let text = r#"{"title":"é\u00e9","author":{"name":"A"}}"#;
    let frames = text.bytes().map(|byte| Ok::<_, Infallible>(Frame::data(bytes::Bytes::from(vec![byte]))));
    let body = StreamBody::new(futures_util::stream::iter(frames));
    let request = http::Request::post("/v1/items").header("content-type", "application/json").body(body).unwrap();
    let response = edge().call(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
    let answer: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&answer["title"], &answer["author"]["name"]), (&json!("éé"), &json!("A")));
}

/// The client is not at fault, and must not be told so.
#[tokio::test]
async fn an_answer_that_is_too_long_is_a_fault_of_the_service() {
    let options = rollcall_edge::Options { max_response_bytes: 100, ..options() };
    let edge = Edge::new(&crate::support::POOL, crate::support::echo(), options).unwrap();
    assert_eq!(get(&edge, "/v1/items?title=short").await.status, 200);
    let answer = get(&edge, &format!("/v1/items?title={}", "x".repeat(200))).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (500, &json!("ANSWER_UNREADABLE")));
    assert_eq!(get(&edge, "/v1/watch/floods").await.status, 500);
}

/// A proxy on the way to the upstream answers with a page of its own.
#[tokio::test]
async fn an_upstream_that_speaks_no_grpc_is_translated() {
    for (upstream, status) in [
        (200, 500),
        (302, 500),
        (400, 500),
        (401, 401),
        (403, 403),
        (404, 501),
        (429, 503),
        (500, 500),
        (502, 503),
        (503, 503),
        (504, 503),
    ] {
        let service = tower::service_fn(move |_: http::Request<tonic::body::Body>| {
            let body = tonic::body::Body::new(http_body_util::Full::from("<html>"));
            let page = http::Response::builder().status(upstream).header("content-type", "text/html");
            std::future::ready(Ok::<_, Infallible>(page.body(body).unwrap()))
        });
        let edge = Edge::new(&crate::support::POOL, in_process(service), options()).unwrap();
        let answer = get(&edge, "/v1/items/7").await;
        assert_eq!(answer.status, status, "{upstream}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(!answer.text().contains("html"), "{}", answer.text());
        let headers = [("content-type", "application/grpc-web+proto")];
        let answer = send(&edge, "POST /edge.test.v1.Echo/Get", &headers, vec![0, 0, 0, 0, 0]).await;
        assert!((1..=16).contains(&answer.header("grpc-status").parse().unwrap()), "{upstream}: {:?}", answer.headers);
    }
}

/// What a client says of its own way here counts only where a trusted proxy passes it on.
#[tokio::test]
async fn addresses_come_from_trusted_proxies_only() {
    let edge = edge();
    for (peer, forwarded, address, scheme) in [
        ("9.9.9.9:1", "6.6.6.6", "9.9.9.9", "http"),
        ("127.0.0.1:1", "6.6.6.6, 8.8.8.8", "8.8.8.8", "https"),
        ("127.0.0.1:1", "", "127.0.0.1", "https"),
        ("[::1]:1", "6.6.6.6", "::1", "http"),
    ] {
        let request = http::Request::get("http://own.example/v1/items/7")
            .header("host", "other.example")
            .header("x-forwarded-for", forwarded)
            .header("x-forwarded-proto", "https")
            .header("x-forwarded-host", "evil.example")
            .extension(rollcall_edge::PeerAddr(peer.parse().unwrap()))
            .body(http_body_util::Empty::<bytes::Bytes>::new())
            .unwrap();
        let seen = edge.clone().call(request).await.unwrap().headers()["x-seen"].to_str().unwrap().to_owned();
        for expected in [
            format!("x-forwarded-for={address}"),
            format!("x-forwarded-proto={scheme}"),
            "x-forwarded-host=own.example".to_owned(),
        ] {
            assert!(seen.split(';').any(|pair| pair == expected), "{peer}: {expected}: {seen}");
        }
    }
}

#[tokio::test]
async fn refusals_are_problems() {
    let edge = edge();
    let answer = get(&edge, "/v1/fail/full").await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("retry-after"), "2");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    assert_eq!(
        answer.json(),
        json!({
            "type": "urn:problem:shelf-full", "title": "Bad Request", "status": 400, "detail": "the shelf is full",
            "instance": "/v1/fail/full", "code": "FAILED_PRECONDITION", "reason": "SHELF_FULL",
            "metadata": {"shelf": "7"}, "violations": [],
        })
    );
    for (code, status, name) in [
        (1, 499, "CANCELLED"),
        (2, 500, "UNKNOWN"),
        (3, 400, "INVALID_ARGUMENT"),
        (4, 504, "DEADLINE_EXCEEDED"),
        (5, 404, "NOT_FOUND"),
        (6, 409, "ALREADY_EXISTS"),
        (7, 403, "PERMISSION_DENIED"),
        (8, 429, "RESOURCE_EXHAUSTED"),
        (9, 400, "FAILED_PRECONDITION"),
        (10, 409, "ABORTED"),
        (11, 400, "OUT_OF_RANGE"),
        (12, 501, "UNIMPLEMENTED"),
        (13, 500, "INTERNAL"),
        (14, 503, "UNAVAILABLE"),
        (15, 500, "DATA_LOSS"),
        (16, 401, "UNAUTHENTICATED"),
    ] {
        let answer = get(&edge, &format!("/v1/fail/{code}")).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (status, &json!(name)));
        assert_eq!(answer.header("set-cookie"), "gone=1");
        assert_eq!(answer.header("www-authenticate"), if status == 401 { "Bearer" } else { "" });
    }
    let answer = get(&edge, "/v1/fail/%C3%A9").await;
    assert_eq!(answer.json()["detail"], "no é here");
}

#[tokio::test]
async fn violations_have_the_paths_that_the_client_used() {
    let edge = edge();
    let fields = |answer: serde_json::Value| {
        let violations = answer["violations"].as_array().unwrap().clone();
        violations.iter().map(|violation| violation["field"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(fields(get(&edge, "/v1/fail/fields").await.json()), ["author.name", "id"]);
    assert_eq!(fields(json(&edge, "POST /v1/fail/fields", "{}").await.json()), ["name", "id"]);
    let answer = get(&edge, "/v1/items/7?pages=x&nope=1&genre=comic&isbn=1&isbn=2&hard=a&soft=1&id=8").await;
    assert_eq!(fields(answer.json()), ["pages", "nope", "genre", "isbn", "soft", "id"]);
}

#[tokio::test]
async fn a_panic_is_an_internal_error_and_a_long_call_ends() {
    let edge = edge();
    let answer = get(&edge, "/v1/fail/panic").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (500, &json!("INTERNAL")));
    let answer = get(&edge, "/v1/fail/sleep").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (504, &json!("DEADLINE_EXCEEDED")));
    let answer = send(&edge, "GET /v1/fail/sleep", &[("grpc-timeout", "1n")], "").await;
    assert_eq!(answer.status, 504);
    let answer = get(&edge, "/v1/fail/garbage").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (500, &json!("ANSWER_UNREADABLE")));
}

#[tokio::test]
async fn headers_go_through_by_name() {
    let edge = edge();
    let answer = send(
        &edge,
        "GET /v1/items/7?title=created",
        &[
            ("authorization", "Bearer t"),
            ("cookie", "c=1"),
            ("x-internal", "1"),
            ("connection", "x-hop"),
            ("x-hop", "1"),
            ("x-forwarded-for", "6.6.6.6"),
            ("x-request-id", "mine"),
            ("host", "api.example"),
            ("x-key-bin", "AA=="),
            ("grpc-metadata-role", "admin"),
            ("traceparent", "00-1-2-01"),
        ],
        "",
    )
    .await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 2);
    assert_eq!(answer.header("x-request-id"), "from-upstream");
    assert_eq!(answer.header("x-internal"), "");
    let seen = answer.seen();
    let names: Vec<&str> = seen.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "authorization",
            "content-type",
            "cookie",
            "grpc-timeout",
            "te",
            "traceparent",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-key-bin",
            "x-request-id",
        ]
    );
    assert_eq!((seen["authorization"].as_str(), seen["x-request-id"].as_str()), ("Bearer t", "mine"));
    assert_eq!((seen["grpc-timeout"].as_str(), seen["x-forwarded-host"].as_str()), ("400000u", "api.example"));
    let answer = send(&edge, "GET /nope", &[("x-request-id", "mine")], "").await;
    assert_eq!(answer.header("x-request-id"), "mine");
}

#[tokio::test]
async fn a_cookie_may_hold_the_token_for_pages_that_are_allowed() {
    let options = rollcall_edge::Options { bearer_cookie: Some("tok".to_owned()), ..options() };
    let edge = Edge::new(&crate::support::POOL, crate::support::echo(), options).unwrap();
    let token = async |headers: &[(&str, &str)]| {
        let answer = send(&edge, "GET /v1/items/7", headers, "").await;
        answer.seen().get("authorization").cloned().unwrap_or_default()
    };
    assert_eq!(token(&[("cookie", "a=b; tok=t")]).await, "Bearer t");
    assert_eq!(token(&[("cookie", "tok=t"), ("authorization", "Bearer u")]).await, "Bearer u");
    assert_eq!(token(&[("cookie", "tok=t"), ("origin", "https://app.example")]).await, "Bearer t");
    assert_eq!(
        token(&[("cookie", "tok=t"), ("origin", "https://own.example"), ("host", "own.example")]).await,
        "Bearer t"
    );
    assert_eq!(token(&[("cookie", "tok=t"), ("origin", "https://evil.example")]).await, "");
}

/// Beside other routes in an axum router, and in front of services that are one.
#[tokio::test]
async fn it_fits_into_axum_on_both_sides() {
    let services = axum::Router::new().fallback(async |request: axum::extract::Request| {
        let (_, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1_024).await.unwrap();
        let trailers = http::HeaderMap::from_iter([("grpc-status".parse().unwrap(), "0".parse().unwrap())]);
        let frames = [Ok::<_, Infallible>(Frame::data(body)), Ok(Frame::trailers(trailers))];
        let body = axum::body::Body::new(StreamBody::new(futures_util::stream::iter(frames)));
        http::Response::builder().header("content-type", "application/grpc").body(body).unwrap()
    });
    let edge = Edge::new(&crate::support::POOL, in_process(services), options()).unwrap();
    assert_eq!(get(&edge, "/v1/items/7").await.json()["id"], "7");
    let mut router: axum::Router =
        axum::Router::new().route("/openapi.json", axum::routing::get(async || "{}")).fallback_service(edge);
    let request = http::Request::get("/v1/items/8").body(axum::body::Body::empty()).unwrap();
    let answer = router.call(request).await.unwrap();
    assert_eq!(answer.status(), 200);
}

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_survives_a_path_and_a_query(id in ".{1,20}", title in ".{0,20}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let uri = format!("/v1/items/{}?title={}", percent_encoded(&id), percent_encoded(&title));
        let answer = runtime.block_on(async { get(&edge(), &uri).await.json() });
        prop_assert_eq!(&answer["id"], &json!(id));
        prop_assert_eq!(&answer["title"], &json!(title));
    }

    #[test]
    fn no_request_is_answered_with_a_server_error(
        path in "(/v1|/items|/7|:start|/files|[a-z%:/.*{}\\[\\]=&?+-]|%[0-9a-f]{2}){0,8}",
        query in "([a-z]{1,7}|tags|pages|author\\.name|counts\\[a\\]|[=&%.+\\[\\]0-9-]){0,8}",
        body in "[{}\\[\\]\":,a-z0-9]{0,30}",
        method in "(GET|POST|PUT|PATCH|HEAD|DELETE|OPTIONS|BREW)",
    ) {
        let line = format!("{method} /v1/items{path}?{query}");
        prop_assume!(line[method.len() + 1..].parse::<http::Uri>().is_ok());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let answer = runtime.block_on(async { json(&edge(), &line, &body).await });
        prop_assert!(answer.status.as_u16() < 500, "{} {}: {}", line, body, answer.text());
    }
}
