//! The OpenAPI document: committed as it is served, and true.

use rollcall_tests::{Class, Kind, client, in_one_world, server, server::Settings};

in_one_world!(is_committed, says_what_the_api_does);

/// Whoever changes the contract sees, in the same review, what callers of REST will see.
async fn is_committed(_: Kind) {
    let folder = tempfile::tempdir().expect("a folder");
    let written = server::run(&["openapi"], &Settings::new(), folder.path()).await;
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let committed = include_str!("../../docs/openapi.json");
    assert!(
        String::from_utf8_lossy(&written.stdout) == committed,
        "docs/openapi.json is not what the contract says: run `cargo run -- openapi --output docs/openapi.json`"
    );
}

async fn says_what_the_api_does(kind: Kind) {
    let class = Class::open(kind, 1).await;
    client::run(&class, "schemathesis", &[&class.world.desk().edge(0)], "the API is as it is documented").await;
}
