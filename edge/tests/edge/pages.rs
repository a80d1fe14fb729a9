//! The OpenAPI document and the pages that show it.

use std::sync::Arc;

use http::StatusCode;
use rollcall_edge::{Documentation, Edge, Options, Security};

use crate::support::{Answer, POOL, echo, get, options, pool, send};

fn documented() -> Options {
    let documentation = Documentation {
        title: "Shelves & <Books>".to_owned(),
        version: "7".to_owned(),
        description: String::new(),
        descriptors: Arc::new(|| POOL.clone()),
        media_types: Arc::new(|_| Vec::new()),
        security: Arc::new(|_| Security::Anyone),
    };
    Options { documentation: Some(documentation), ..options() }
}

fn edge() -> Edge {
    Edge::new(&POOL, echo(), documented()).unwrap()
}

async fn gzipped(edge: &Edge, path: &str) -> Answer {
    send(edge, &format!("GET {path}"), &[("accept-encoding", "gzip, deflate, br, zstd")], "").await
}

#[tokio::test]
async fn the_document_is_json() {
    let edge = edge();
    let answer = get(&edge, "/openapi.json").await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
    assert_eq!(answer.json()["info"]["title"], "Shelves & <Books>");
    assert_eq!(answer.header("cache-control"), "no-cache");
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
}

#[tokio::test]
async fn without_documentation_there_is_nothing() {
    for path in ["/openapi.json", "/docs", "/apidocs", "/redoc", "/docs-assets/licences.txt"] {
        assert_eq!(get(&crate::support::edge(), path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn only_reading_is_allowed() {
    let edge = edge();
    for method in ["POST", "PUT", "DELETE", "TRACE"] {
        let answer = send(&edge, &format!("{method} /openapi.json"), &[], "").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
    }
    let options = send(&edge, "OPTIONS /openapi.json", &[], "").await;
    assert_eq!((options.status, options.header("allow")), (StatusCode::NO_CONTENT, "GET, HEAD, OPTIONS"));
    let head = send(&edge, "HEAD /openapi.json", &[], "").await;
    let whole = get(&edge, "/openapi.json").await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(head.header("content-length"), whole.body.len().to_string());
    assert_eq!(head.header("etag"), whole.header("etag"));
}

#[tokio::test]
async fn what_a_client_has_is_not_sent_again() {
    let edge = edge();
    let (plain, zipped) = (get(&edge, "/openapi.json").await, gzipped(&edge, "/openapi.json").await);
    assert_eq!((plain.header("content-encoding"), zipped.header("content-encoding")), ("", "gzip"));
    assert!(zipped.body.len() < plain.body.len());
    assert_ne!(plain.header("etag"), zipped.header("etag"));
    for (answer, coding) in [(&plain, "identity"), (&zipped, "gzip")] {
        assert!(answer.header("etag").starts_with('"') && answer.header("vary").contains("accept-encoding"));
        let headers = [("if-none-match", answer.header("etag")), ("accept-encoding", coding)];
        let again = send(&edge, "GET /openapi.json", &headers, "").await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{coding}");
        assert_eq!(again.header("etag"), answer.header("etag"));
    }
    let headers = [("if-none-match", plain.header("etag")), ("accept-encoding", "gzip")];
    assert_eq!(send(&edge, "GET /openapi.json", &headers, "").await.status, StatusCode::OK);
}

#[cfg(feature = "pages")]
#[tokio::test]
async fn pages_name_only_what_is_served_here() {
    let edge = edge();
    for path in ["/docs", "/apidocs", "/redoc"] {
        let page = get(&edge, path).await;
        assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"), "{path}");
        assert_eq!(page.header("cache-control"), "no-cache");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(policy.ends_with("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        let html = page.text();
        assert!(html.contains("<title>Shelves &amp; &lt;Books&gt;</title>"), "{html}");
        let named: Vec<&str> = html.split('"').filter(|text| text.starts_with("docs-assets/")).collect();
        assert_eq!(named.len(), html.matches("docs-assets/").count());
        assert!(named.len() >= 3 && !html.contains("://"), "{html}");
        for name in named {
            let (plain, zipped) = (get(&edge, &format!("/{name}")).await, gzipped(&edge, &format!("/{name}")).await);
            assert_eq!((plain.status, zipped.header("content-encoding")), (StatusCode::OK, "gzip"), "{name}");
            assert_eq!(plain.header("cache-control"), "public, max-age=31536000, immutable");
            let media = if name.ends_with(".js") { "text/javascript" } else { "text/css" };
            assert_eq!(plain.header("content-type"), format!("{media}; charset=utf-8"));
            // A tag that is in the name; the same for another start of the same program.
            let tag = plain.header("etag").trim_matches('"').to_owned();
            assert!(name.contains(&tag), "{name} {tag}");
            assert_eq!(get(&self::edge(), &format!("/{name}")).await.header("etag").trim_matches('"'), tag);
            assert!(!plain.text().contains("//# sourceMappingURL=redoc"), "{name}");
        }
    }
    let licences = get(&edge, "/docs-assets/licences.txt").await;
    for part in ["SmartBear", "Apache License", "Rebilly", "lunr"] {
        assert!(licences.text().contains(part), "{part}");
    }
}

#[tokio::test]
async fn a_rule_at_the_path_of_a_page_is_a_fault() {
    let text = r#"
        syntax = "proto3";
        package clash;
        import "google/api/annotations.proto";
        message M { string id = 1; }
        service S {
          rpc A(M) returns (M) { option (google.api.http) = {post: "/openapi.json" body: "*"}; }
          rpc B(M) returns (M) { option (google.api.http) = {get: "/{id=openapi.json}"}; }
          rpc C(M) returns (M) { option (google.api.http) = {delete: "/%6fpenapi.json"}; }
          rpc D(M) returns (M) { option (google.api.http) = {get: "/d/{nope}"}; }
          rpc Fine(M) returns (M) { option (google.api.http) = {get: "/{id}"}; }
          rpc FineToo(M) returns (M) { option (google.api.http) = {get: "/openapi.json:verb"}; }
          rpc FineAsWell(M) returns (M) { option (google.api.http) = {get: "/openapi.json/{id}"}; }
        }
    "#;
    let pool = pool("clash.proto", Some(text));
    let faults = Edge::new(&pool, echo(), documented()).err().unwrap();
    let methods: Vec<&str> = faults.iter().map(|fault| fault.method.strip_prefix("clash.S.").unwrap()).collect();
    assert_eq!(methods, ["A", "B", "C", "D"], "{faults:#?}");
    assert_eq!(faults[0].to_string(), "clash.S.A: POST /openapi.json: the documentation has this path");
    let faults = Edge::new(&pool, echo(), options()).err().unwrap();
    assert_eq!(faults.iter().filter(|fault| fault.method != "clash.S.D").count(), 0, "{faults:#?}");
}
