//! The refresh token as a cookie, for browsers.

use http::Method;
use rollcall_tests::{
    Class, Kind,
    college::College,
    in_one_world,
    password::PASSWORD,
    rest::{Reply, Rest},
    world::Plan,
};
use serde_json::{Value, json};
use tonic::Code;

in_one_world!(
    carries_the_refresh_token,
    is_of_no_use_to_a_page_of_another_site,
    is_worth_nothing_where_a_token_is_due,
    is_not_needed_outside_a_browser
);

const REFRESH: &str = "/api/v1/auth/refresh-token";
const ALLOWED: &str = "https://app.riverside.example";

async fn class(kind: Kind) -> Class {
    Class::of(Plan::new(kind).set("CORS_ORIGINS", ALLOWED), College::new("riverside", 1)).await
}

/// Signs in as a browser does and gives the cookie.
async fn login(class: &Class, rest: &Rest) -> String {
    let login = json!({
        "email": class.college.students[0].email,
        "password": PASSWORD,
        "device_id": "browser",
        "use_cookie": true,
    });
    let reply = rest.post("/api/v1/auth/login", &login).await;
    let cookie = cookie(&reply);
    assert_eq!(reply.answer()["refresh_token"], "");
    cookie
}

async fn carries_the_refresh_token(kind: Kind) {
    let class = class(kind).await;
    let rest = class.world.nobody().rest();
    let mut token = login(&class, &rest).await;
    let own = rest.base().to_owned();
    for origin in [own.as_str(), ALLOWED] {
        let request = rest.request(Method::POST, REFRESH).header("cookie", &token).header("origin", origin);
        let reply = rest.send(request.json(&json!({"device_id": "browser"}))).await;
        let next = cookie(&reply);
        assert_ne!(token, next);
        let body: Value = reply.answer();
        assert_eq!(body["refresh_token"], "");
        assert_eq!(body["user"]["id"], class.college.students[0].id.to_string());
        token = next;
    }
}

/// A browser may send the cookie along with what a page of another site has made it send. It gets nothing for it, and the
/// token is not exchanged.
async fn is_of_no_use_to_a_page_of_another_site(kind: Kind) {
    let class = class(kind).await;
    let rest = class.world.nobody().rest();
    let token = login(&class, &rest).await;
    let json_body = r#"{"device_id":"browser"}"#;
    let post = |origin: Option<&str>, content_type: Option<&str>, body: &'static str| {
        let mut request = rest.request(Method::POST, REFRESH).header("cookie", &token).body(body);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        request
    };
    let json = Some("application/json");
    let host = rest.base().trim_start_matches("http://").to_owned();
    let hostile = [
        None,
        Some("https://evil.example".to_owned()),
        Some("null".to_owned()),
        Some(String::new()),
        Some(format!("{ALLOWED}.evil.example")),
        Some(format!("{ALLOWED}:8443")),
        Some(ALLOWED.replace("https", "http")),
        Some(ALLOWED.replace("app.", "evil.app.")),
        Some(format!("http://{host}.evil.example")),
        Some(format!("http://evil.example/{host}")),
        Some(format!("ftp://{host}")),
        Some(host.clone()),
    ];
    for origin in &hostile {
        for (content_type, body) in [(json, json_body), (json, "{}"), (None, "")] {
            let reply = rest.send(post(origin.as_deref(), content_type, body)).await;
            assert!(!reply.headers.contains_key("set-cookie"), "{origin:?} {content_type:?}");
            let refusal = reply.refused();
            assert_eq!(refusal.kind(), (Code::PermissionDenied, "ORIGIN_NOT_ALLOWED"), "{origin:?} {content_type:?}");
        }
    }
    // What a form can send needs no leave of ours to be sent, and is not read, whatever its origin.
    for origin in [None, Some(ALLOWED), Some("https://evil.example")] {
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"] {
            let reply = rest.send(post(origin, Some(content_type), json_body)).await;
            assert!((400..500).contains(&reply.status), "{origin:?} {content_type}: {}", reply.status);
            assert!(!reply.headers.contains_key("set-cookie"), "{origin:?} {content_type}");
        }
    }
    // Whatever is only looked at changes nothing.
    for method in [Method::GET, Method::HEAD] {
        let request = rest.request(method, REFRESH).header("cookie", &token).header("origin", ALLOWED);
        assert_eq!(rest.send(request).await.status, 405);
    }
    // A host that the caller makes up is not the edge's.
    let forged = post(Some("http://evil.example"), json, json_body).header("x-forwarded-host", "evil.example");
    assert_eq!(rest.send(forged).await.status, 403);
    let exchanged = "SELECT COUNT(*) AS n FROM refresh_token_families WHERE generation > 0 OR revoked_at IS NOT NULL";
    assert_eq!(class.world.rows().await.number(exchanged).await, 0);
    rest.send(post(Some(ALLOWED), json, json_body)).await.answer();
    assert_eq!(class.world.rows().await.number(exchanged).await, 1);
}

/// Signing out needs the access token, which no page of another site has.
async fn is_worth_nothing_where_a_token_is_due(kind: Kind) {
    let class = class(kind).await;
    let rest = class.world.nobody().rest();
    let token = login(&class, &rest).await;
    for path in ["/api/v1/auth/logout", "/api/v1/auth/change-password"] {
        let request = rest.request(Method::POST, path).header("cookie", &token).header("origin", ALLOWED);
        let refusal = rest.send(request.json(&json!({}))).await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_MISSING"), "{path}");
    }
}

/// A client that keeps cookies without being asked can say which token it means.
async fn is_not_needed_outside_a_browser(kind: Kind) {
    let class = class(kind).await;
    let rest = class.world.nobody().rest();
    let token = login(&class, &rest).await;
    let other = class.student(0).login().await;
    let request = rest.request(Method::POST, REFRESH).header("cookie", &token);
    let reply = rest.send(request.json(&json!({"refresh_token": other.refresh_token, "device_id": "phone"}))).await;
    assert!(!reply.headers.contains_key("set-cookie"));
    assert_ne!(reply.answer()["refresh_token"], "");
}

/// Name and value, after a look at the attributes.
fn cookie(reply: &Reply) -> String {
    let header = reply.headers.get("set-cookie").unwrap_or_else(|| panic!("no cookie: {reply:?}"));
    assert!(header.len() < 4_096, "{header}");
    let mut parts = header.split(';').map(str::trim);
    let cookie = parts.next().expect("a cookie").to_owned();
    assert!(cookie.starts_with("rollcall_refresh="), "{header}");
    let attributes: Vec<String> = parts.map(str::to_lowercase).collect();
    for due in ["httponly", "samesite=strict", "path=/api/v1/auth"] {
        assert!(attributes.iter().any(|attribute| attribute == due), "{due} is missing: {header}");
    }
    cookie
}
