//! A real browser: an application's page of another origin, and the documentation pages.

use rollcall_tests::{Class, Kind, client, college::College, in_one_world, world::Plan};

in_one_world!(pages_of_other_origins_call, documentation_is_shown, documentation_may_be_switched_off);

/// grpc-web in binary and text, REST, lines, server-sent events and a WebSocket, all of them across origins; and none of
/// them from a page that is not allowed.
async fn pages_of_other_origins_call(kind: Kind) {
    let plan = Plan::new(kind).set("CORS_ORIGINS", "http://app.example");
    let class = Class::of(plan, College::new("riverside", 1)).await;
    client::run(&class, "browser", &["calls", &class.world.desk().edge(0)], "the calls work").await;
}

async fn documentation_is_shown(kind: Kind) {
    let class = Class::open(kind, 1).await;
    client::run(&class, "browser", &["docs", &class.world.desk().edge(0)], "the pages work").await;
}

async fn documentation_may_be_switched_off(kind: Kind) {
    let plan = Plan::new(kind).set("DOCS_ENABLED", "false");
    let class = Class::of(plan, College::new("riverside", 0)).await;
    for path in ["/docs", "/apidocs", "/redoc", "/openapi.json", "/docs-assets/licences.txt"] {
        assert_eq!(class.world.nobody().rest().get(path).await.status, 404, "{path}");
    }
}
