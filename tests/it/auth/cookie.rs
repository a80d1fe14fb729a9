//! The refresh token as a cookie, for browsers.

use rollcall_tests::{Class, Kind, in_one_world, password::PASSWORD, rest::Reply};
use serde_json::{Value, json};

in_one_world!(carries_the_refresh_token);

async fn carries_the_refresh_token(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let rest = class.world.nobody().rest();
    let login = json!({
        "email": class.college.students[0].email,
        "password": PASSWORD,
        "device_id": "browser",
        "use_cookie": true,
    });
    let reply = rest.post("/api/v1/auth/login", &login).await;
    let first = cookie(&reply);
    let body = reply.answer();
    assert_eq!(body["refresh_token"], "");

    let request = rest.request(http::Method::POST, "/api/v1/auth/refresh-token").header("cookie", &first);
    let reply = rest.send(request.json(&json!({"device_id": "browser"}))).await;
    let second = cookie(&reply);
    assert_ne!(first, second);
    let body: Value = reply.answer();
    assert_eq!(body["refresh_token"], "");
    assert_eq!(body["user"]["id"], class.college.students[0].id.to_string());

    // A page of another site may make the browser send the cookie, and gets nothing for it.
    let request = rest.request(http::Method::POST, "/api/v1/auth/refresh-token").header("cookie", &second);
    let request = request.header("origin", "https://evil.example").header("sec-fetch-site", "cross-site");
    let refusal = rest.send(request.json(&json!({"device_id": "browser"}))).await.refused();
    assert_eq!(refusal.kind(), (tonic::Code::PermissionDenied, "ORIGIN_NOT_ALLOWED"));
}

/// Name and value, after a look at the attributes.
fn cookie(reply: &Reply) -> String {
    let header = reply.headers.get("set-cookie").unwrap_or_else(|| panic!("no cookie: {reply:?}"));
    let mut parts = header.split(';').map(str::trim);
    let cookie = parts.next().expect("a cookie").to_owned();
    assert!(cookie.starts_with("rollcall_refresh="), "{header}");
    let attributes: Vec<String> = parts.map(str::to_lowercase).collect();
    for due in ["httponly", "samesite=strict", "path=/api/v1/auth"] {
        assert!(attributes.iter().any(|attribute| attribute == due), "{due} is missing: {header}");
    }
    cookie
}
