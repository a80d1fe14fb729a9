//! What an edge says about its rules before it serves any.

use prost_reflect::DescriptorPool;
use rollcall_edge::{Edge, Options};

use crate::support::{POOL, echo, edge, options, pool};

#[tokio::test]
async fn routes_are_listed() {
    let edge = edge();
    let routes: Vec<_> = edge.routes().collect();
    assert!(routes.iter().any(|route| route.method == "edge.test.v1.Echo.Start"
        && route.http_method == "POST"
        && route.template == "/v1/items/{id}:start"
        && !route.server_streaming));
    assert!(routes.iter().any(|route| route.method == "edge.test.v1.Echo.Watch" && route.server_streaming));
    assert!(Edge::new(&POOL, echo(), options()).is_ok());
}

/// Descriptors usually come as bytes, and options survive that only while nobody re-encodes them on the way.
#[tokio::test]
async fn descriptors_may_come_as_bytes() {
    let decoded = DescriptorPool::decode(POOL.encode_to_vec().as_slice()).unwrap();
    let edge = Edge::new(&decoded, echo(), options()).unwrap();
    assert_eq!(edge.routes().count(), crate::support::edge().routes().count());
}

#[tokio::test]
async fn origins_are_exact() {
    for origin in ["*", "https://*.example", "https://app.example/", "app.example", ""] {
        let options = Options { allowed_origins: vec![origin.to_owned()], ..options() };
        assert_eq!(Edge::new(&POOL, echo(), options).err().unwrap().len(), 1, "{origin}");
    }
}

#[tokio::test]
async fn all_faults_are_listed_at_once() {
    let text = r#"
        syntax = "proto3";
        package faulty;
        import "google/api/annotations.proto";
        import "google/api/httpbody.proto";
        message M { string id = 1; repeated string list = 2; M inner = 3; map<string, string> map = 4; }
        service S {
          rpc A(M) returns (M) { option (google.api.http) = {get: "/a/{id"}; }
          rpc B(M) returns (M) { option (google.api.http) = {get: "/b/{nope}"}; }
          rpc C(M) returns (M) { option (google.api.http) = {get: "/c/{list}"}; }
          rpc D(M) returns (M) { option (google.api.http) = {get: "/d/{inner}"}; }
          rpc E(M) returns (M) { option (google.api.http) = {get: "/e" body: "*"}; }
          rpc F(M) returns (M) { option (google.api.http) = {post: "/f" body: "nope"}; }
          rpc G(M) returns (M) { option (google.api.http) = {post: "/g" body: "*" response_body: "nope"}; }
          rpc H(M) returns (M) { option (google.api.http) = {get: "/same/{id}"}; }
          rpc I(M) returns (M) { option (google.api.http) = {get: "/same/{inner.id}"}; }
          rpc J(stream M) returns (M) { option (google.api.http) = {post: "/j" body: "*"}; }
          rpc K(M) returns (M) { option (google.api.http) = {body: "*"}; }
          rpc L(M) returns (M) { option (google.api.http) = {custom {kind: "BAD METHOD" path: "/l"}}; }
          rpc N(M) returns (M) { option (google.api.http) = {put: "/n/{id}" body: "id"}; }
          rpc Fine(M) returns (M) { option (google.api.http) = {get: "/fine"}; }
          rpc NoRule(M) returns (M);
          rpc O(stream google.api.HttpBody) returns (stream M) {
            option (google.api.http) = {post: "/o" body: "*"};
          }
          rpc P(stream google.api.HttpBody) returns (M) { option (google.api.http) = {get: "/p"}; }
        }
    "#;
    let pool = pool("faulty.proto", Some(text));
    let faults = Edge::new(&pool, echo(), options()).err().unwrap();
    let methods: Vec<&str> = faults.iter().map(|fault| fault.method.strip_prefix("faulty.S.").unwrap()).collect();
    assert_eq!(methods, ["A", "B", "C", "D", "E", "F", "G", "I", "J", "K", "L", "N", "O", "P"], "{faults:#?}");
    assert_eq!(
        faults[7].to_string(),
        "faulty.S.I: GET /same/{inner.id}: the same paths as GET /same/{id} of faulty.S.H"
    );
    let only_bytes = "a stream of requests has no form in HTTP, unless the rule's body is a google.api.HttpBody";
    let both_ways = "streams in both directions have no form in HTTP";
    assert_eq!([8, 12, 13].map(|place| faults[place].what.as_str()), [only_bytes, both_ways, only_bytes]);
}
