//! The behaviour table: one row per request that gateways are known to disagree about.

use std::sync::Arc;
use std::time::Duration;

use rollcall_edge::{Edge, MethodLimits, Options};

use crate::support::{POOL, echo, edge, options, send};

struct Row {
    request: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    status: u16,
    /// A text that the answer holds.
    holds: &'static str,
}

const fn row(request: &'static str, status: u16, holds: &'static str) -> Row {
    Row { request, headers: &[], body: "", status, holds }
}

const fn post(request: &'static str, body: &'static str, status: u16, holds: &'static str) -> Row {
    Row { request, headers: &[("content-type", "application/json")], body, status, holds }
}

const fn with(
    request: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    status: u16,
    holds: &'static str,
) -> Row {
    Row { request, headers, body, status, holds }
}

const ROWS: &[Row] = &[
    // Paths and methods.
    row("GET /nope", 404, "ROUTE_NOT_FOUND"),
    row("GET /v1/items/", 404, "ROUTE_NOT_FOUND"),
    row("GET /v1//items/7", 404, "ROUTE_NOT_FOUND"),
    row("GET //v1/items/7", 404, "ROUTE_NOT_FOUND"),
    row("GET /", 404, "ROUTE_NOT_FOUND"),
    row("GET /V1/items/7", 404, "ROUTE_NOT_FOUND"),
    row("GET /edge.test.v1.Echo/Get", 404, "ROUTE_NOT_FOUND"),
    row("POST /v1/items/7", 405, "METHOD_NOT_ALLOWED"),
    row("TRACE /v1/items/7", 405, "METHOD_NOT_ALLOWED"),
    row("QUERY /v1/items/7", 405, "METHOD_NOT_ALLOWED"),
    row("GET /v1/items/7:start", 405, "METHOD_NOT_ALLOWED"),
    row("GET /v1/items/7:stop", 200, r#""id":"7:stop""#),
    row("GET /v1/items/%zz", 400, r#""field":"id""#),
    row("GET /v1/items/%FF", 400, "must be percent-encoded UTF-8"),
    row("GET /v1/items/a%252Fb", 200, r#""id":"a%2Fb""#),
    row("GET /v1/items/%2E%2E", 200, r#""id":"..""#),
    row("GET /v1/isbn/x/true/novel/2024-01-31T10:00:00Z", 400, r#""field":"isbn""#),
    row("GET /v1/isbn/5/yes/novel/2024-01-31T10:00:00Z", 400, "must be true or false"),
    row("GET /v1/isbn/5/true/7/2024-01-31T10:00:00Z", 400, "must be one of"),
    row("GET /v1/isbn/5/true/novel/today", 400, r#""field":"printed""#),
    row("CONNECT /v1/items/7", 405, "METHOD_NOT_ALLOWED"),
    row("OPTIONS *", 204, ""),
    row("GET http://api.example/v1/items/7", 200, r#""id":"7""#),
    // Queries.
    row("GET /v1/items?nope=1", 400, "unknown parameter"),
    row("GET /v1/items?pages=1&pages=2", 400, "given more than once"),
    row("GET /v1/items?author=x", 400, "name its fields one by one"),
    row("GET /v1/items?author.nope=x", 400, "unknown parameter"),
    row("GET /v1/items?others=x", 400, "a list of messages cannot be given in a query"),
    row("GET /v1/items?others.name=x", 400, "unknown parameter"),
    row("GET /v1/items?counts=x", 400, "name the entry"),
    row("GET /v1/items?counts[a]=x", 400, r#""field":"counts[a]""#),
    row("GET /v1/items?hard=a&soft=1", 400, r#"only one member of \"cover\""#),
    row("GET /v1/items?pages=", 400, "must be a whole number"),
    row("GET /v1/items?pages=1e2", 400, "must be a whole number"),
    row("GET /v1/items?pages=%2B1", 400, "must be a whole number"),
    row("GET /v1/items?pages=007", 400, "must be a whole number"),
    row("GET /v1/items?pages=0x10", 400, "must be a whole number"),
    row("GET /v1/items?pages=2147483648", 400, "must be a whole number"),
    row("GET /v1/items?isbn=-9223372036854775809", 400, "must be a whole number"),
    row("GET /v1/items?title=%zz", 400, "must be percent-encoded UTF-8"),
    row("GET /v1/items?title=%FF", 400, "must be percent-encoded UTF-8"),
    row("GET /v1/items?title", 200, r#""title":"""#),
    row("GET /v1/items?&&title=a&", 200, r#""title":"a""#),
    row("GET /v1/items?title=a=b", 200, r#""title":"a=b""#),
    row("GET /v1/items?resumeAfter=5", 200, r#""resume_after":"5""#),
    row("GET /v1/items?price=NaN", 200, r#""price":"NaN""#),
    row("GET /v1/items?price=1e400", 400, r#""field":"price""#),
    row("GET /v1/items/7?id=8", 400, "the path gives this value already"),
    post("PATCH /v1/items/7?item.title=x", "{}", 400, "this value belongs into the body"),
    post("POST /v1/items?title=x", "{}", 400, "belong into the body"),
    with("POST /v1/pictures?data=AA", &[("content-type", "text/plain")], "x", 400, "belong into the body"),
    with("POST /v1/files/x?content.data=AA", &[("content-type", "text/plain")], "x", 400, "belongs into the body"),
    // Bodies.
    post("POST /v1/items", r#"{"nope":1}"#, 400, r#""field":"nope""#),
    post("POST /v1/items", r#"{"title":"a","title":"b"}"#, 400, "given more than once"),
    post("POST /v1/items", r#"{"title":null}"#, 400, "leave the field out"),
    post("POST /v1/items", r#"{"genre":"COMIC"}"#, 400, "must be one of GENRE_UNSPECIFIED, NOVEL, POEM"),
    post("POST /v1/items", r#"{"genre":"novel"}"#, 200, r#""genre":"NOVEL""#),
    post("POST /v1/items", r#"{"isbn":9223372036854775807}"#, 200, r#""isbn":"9223372036854775807""#),
    post("POST /v1/items", r#"{"isbn":-9223372036854775809}"#, 400, r#""field":"isbn""#),
    post("POST /v1/items", r#"{"digest":"_-8"}"#, 200, r#""digest":"/+8=""#),
    post("POST /v1/items", r#"{"author":{"country":{"code":5}}}"#, 400, r#""field":"author.country.code""#),
    post("POST /v1/items", r#"{"others":[{},{"born":"x"}]}"#, 400, r#""field":"others[1].born""#),
    post("POST /v1/items", r#"{"title":"\ud800"}"#, 400, "MALFORMED_JSON"),
    post("POST /v1/items", r#"{"title":"#, 400, "MALFORMED_JSON"),
    post("POST /v1/items", r#"{"mask":{"paths":["title"]}}"#, 400, r#""field":"mask""#),
    post("POST /v1/items", r#"{"mask":"title,author.name"}"#, 200, r#""mask":"title,author.name""#),
    post("POST /v1/items", r#"{"printed":"2024-01-31T10:00:00+05:30"}"#, 200, r#""printed":"2024-01-31T04:30:00Z""#),
    post("POST /v1/items", r#"{"isbn":1e3}"#, 200, r#""isbn":"1000""#),
    post("POST /v1/items", r#"{"isbn":1.5}"#, 400, r#""field":"isbn""#),
    post("POST /v1/items", r#"{"used":"true"}"#, 400, r#""field":"used""#),
    post("POST /v1/items", "[]", 400, "must be an object, not a list"),
    post("POST /v1/items", "null", 400, "INVALID_FIELD"),
    post("POST /v1/items", "{} {}", 400, "MALFORMED_JSON"),
    post("POST /v1/items", "", 200, r#""id":"""#),
    post("PUT /v1/items/7/tags", r#"["a",5]"#, 400, r#""field":"[1]""#),
    post("PUT /v1/items/7/tags", "{}", 400, "must be a list, not an object"),
    with("POST /v1/items", &[("content-type", "text/plain")], "{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
    with(
        "POST /v1/items",
        &[("content-type", "application/x-www-form-urlencoded")],
        "a=b",
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    ),
    with("POST /v1/items", &[], "{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
    with("POST /v1/items", &[("content-type", "application/json; charset=latin1")], "{}", 415, "UTF-8"),
    with("POST /v1/items", &[("content-type", "Application/JSON; charset=UTF-8")], "{}", 200, "{"),
    with(
        "POST /v1/items",
        &[("content-type", "application/json"), ("content-encoding", "gzip")],
        "{}",
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    ),
    with(
        "POST /v1/items/7",
        &[("content-type", "application/x-www-form-urlencoded")],
        "title=a",
        405,
        "METHOD_NOT_ALLOWED",
    ),
    with("POST /v1/items", &[("content-type", "application/json"), ("content-encoding", "Identity")], "{}", 200, "{"),
    with(
        "POST /v1/items",
        &[("content-type", "application/json"), ("content-encoding", "identity"), ("content-encoding", "gzip")],
        "{}",
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    ),
    with("GET /v1/items", &[("content-length", "0")], "", 200, "{"),
    with("GET /v1/items", &[], "{}", 400, "UNEXPECTED_BODY"),
    with("DELETE /v1/items/7", &[("content-type", "application/json")], "{}", 400, "UNEXPECTED_BODY"),
    with("POST /v1/issue/7", &[("content-type", "application/json")], "{}", 400, "UNEXPECTED_BODY"),
    with("POST /v1/items/7", &[("x-http-method-override", "GET")], "", 405, "METHOD_NOT_ALLOWED"),
    with(
        "POST /v1/items",
        &[("content-type", "application/json"), ("content-length", "99999")],
        "{}",
        413,
        "BODY_TOO_LARGE",
    ),
    // Negotiation.
    with("GET /v1/items", &[("accept", "text/html")], "", 406, "NOT_ACCEPTABLE"),
    with("GET /v1/items", &[("accept", "text/html, */*;q=0.1")], "", 200, "{"),
    with("GET /v1/items", &[("accept", "application/json;q=0")], "", 406, "NOT_ACCEPTABLE"),
    with("GET /v1/watch/x", &[("accept", "text/html")], "", 406, "NOT_ACCEPTABLE"),
    with("GET /v1/items", &[("grpc-timeout", "nonsense")], "", 200, "{"),
    with("GET /v1/items", &[("accept-encoding", "br")], "", 200, "{"),
    with("GET /v1/items", &[("accept", "text/html"), ("accept", "application/json")], "", 200, "{"),
    // Headers that decide something and are there twice.
    with("GET /v1/items", &[("authorization", "Bearer a"), ("authorization", "Bearer b")], "", 400, "HEADER_REPEATED"),
    with("GET /v1/items", &[("host", "a"), ("host", "b")], "", 400, "HEADER_REPEATED"),
    with(
        "POST /v1/items",
        &[("content-type", "text/plain"), ("content-type", "application/json")],
        "{}",
        400,
        "HEADER_REPEATED",
    ),
    with(
        "POST /edge.test.v1.Echo/Get",
        &[("content-type", "application/grpc-web"), ("content-encoding", "gzip")],
        "x",
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    ),
    with("GET /v1/items", &[("content-type", "application/grpc-web")], "", 405, "METHOD_NOT_ALLOWED"),
    with("POST /edge.test.v1.Echo/Get", &[("content-type", "application/grpc")], "", 415, "gRPC needs HTTP/2"),
];

#[tokio::test]
async fn every_row_holds() {
    let edge = edge();
    let mut wrong = Vec::new();
    for row in ROWS {
        let answer = send(&edge, row.request, row.headers, row.body).await;
        let text = answer.text();
        let is_problem = answer.header("content-type") == "application/problem+json";
        if answer.status != row.status || !text.contains(row.holds) || is_problem != (row.status >= 400) {
            wrong.push(format!("{} {}: {} {text}", row.request, row.body, answer.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn sizes_are_bounded() {
    let edge = edge();
    let body = format!(r#"{{"title":"{}"}}"#, "x".repeat(3_000));
    let answer = send(&edge, "POST /v1/items", &[("content-type", "application/json")], body).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (413, &"BODY_TOO_LARGE".into()));
    let answer = send(&edge, &format!("GET /v1/items?title={}", "x".repeat(9_000)), &[], "").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (414, &"URI_TOO_LONG".into()));
    let many = "a=1&".repeat(2_000);
    let answer = send(&edge, &format!("GET /v1/items?{many}"), &[], "").await;
    assert_eq!((answer.status.as_u16(), answer.json()["violations"].as_array().unwrap().len()), (400, 32));
    let long = format!(r#"{{"{}":1}}"#, "é".repeat(900));
    let answer = send(&edge, "POST /v1/items", &[("content-type", "application/json")], long).await;
    assert!(answer.status == 400 && answer.body.len() < 1_000, "{}", answer.text());
    // As deep as it can be sent, and as deep as one may send it.
    for (depth, expected) in [(20_000, 400), (62, 400), (40, 200)] {
        let limits = MethodLimits { max_request_bytes: 64 * 1024, deadline: Duration::from_secs(5) };
        let options = Options { limits: Arc::new(move |_| limits), ..options() };
        let edge = Edge::new(&POOL, echo(), options).unwrap();
        let nested = format!(r#"{{"extra":{{"a":{}{}}}}}"#, "[".repeat(depth), "]".repeat(depth));
        let answer = send(&edge, "POST /v1/items", &[("content-type", "application/json")], nested).await;
        assert_eq!(answer.status, expected, "{depth}: {}", answer.text());
    }
    let invalid = [&br#"{"title":""#[..], &[0xff], br#""}"#].concat();
    let answer = send(&edge, "POST /v1/items", &[("content-type", "application/json")], invalid).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (400, &"MALFORMED_JSON".into()));
}
