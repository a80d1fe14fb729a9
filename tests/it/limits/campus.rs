//! Networks that were declared: many people are behind one address there.

use http::Method;
use rollcall_tests::{
    Class, Kind, Refusal, World, actor::Actor, college::College, in_one_world, in_worlds, until::until, world::Plan,
};
use serde_json::json;
use tonic::Code;

use super::{TRUST_THE_TEST, assert_limited, knock, login, text};

in_worlds!([sqlite SQLITE_REDIS, postgres POSTGRES_REDIS] a_college_declares_its_networks_on_every_replica);
in_one_world!(the_operator_knows_more, a_network_has_several_times_as_much_and_not_all);

fn plan(kind: Kind, limit: usize) -> Plan {
    Plan::new(kind)
        .set("RATE_LIMIT_IP_PER_MINUTE", &limit.to_string())
        .set("RATE_LIMIT_LOGIN_PER_IP_PER_MINUTE", &limit.to_string())
        .set(TRUST_THE_TEST.0, TRUST_THE_TEST.1)
}

async fn declare(admin: &Actor, networks: &[&str]) -> serde_json::Value {
    let rest = admin.rest();
    let request = rest.request(Method::PATCH, "/api/v1/college").json(&json!({"campus_networks": networks}));
    rest.send(request).await.answer()
}

/// How many calls an address may make in a minute, as it is told.
async fn quota(actor: &Actor, address: &str) -> Option<usize> {
    let refusal = knock(actor, address).await;
    let policy = text(refusal.metadata(), "ratelimit-policy").to_owned();
    policy.strip_prefix("\"address\";q=")?.split(';').next()?.parse().ok()
}

async fn becomes(world: &World, replica: usize, address: &str, expected: usize) {
    let nobody = world.nobody().at(replica);
    until("the networks are known", async || (quota(&nobody, address).await? == expected).then_some(())).await;
}

async fn a_college_declares_its_networks_on_every_replica(kind: Kind) {
    let class = Class::of(plan(kind, 1000).replicas(2), College::new("riverside", 0)).await;
    let world = &class.world;
    assert_eq!(quota(&world.nobody(), "203.0.113.7").await, Some(1000));
    let answer = declare(&class.admin(), &["203.0.113.0/24", "2001:DB8:5::/48", "198.51.100.7"]).await;
    assert_eq!(answer["campus_networks"], json!(["198.51.100.7/32", "203.0.113.0/24", "2001:db8:5::/48"]));
    for replica in [0, 1] {
        for inside in ["203.0.113.255", "2001:db8:5:ffff::1", "198.51.100.7"] {
            becomes(world, replica, inside, 10_000).await;
        }
        for outside in ["203.0.114.0", "2001:db8:6::1", "198.51.100.8"] {
            assert_eq!(quota(&world.nobody().at(replica), outside).await, Some(1000), "{outside}");
        }
    }
    let refusal = login(&world.nobody().at(1), "203.0.113.9", "", "nobody@riverside.example", "a guess").await;
    let refusal = refusal.expect_err("no account");
    assert_eq!(text(refusal.metadata(), "ratelimit-policy"), r#""login-address";q=10000;w=60"#);

    assert_eq!(declare(&class.admin(), &[]).await["campus_networks"], json!([]));
    for replica in [0, 1] {
        becomes(world, replica, "203.0.113.9", 1000).await;
    }
}

async fn a_network_has_several_times_as_much_and_not_all(kind: Kind) {
    const LIMIT: usize = 4;
    let plan = plan(kind, LIMIT).set("RATE_LIMIT_CAMPUS_FACTOR", "3");
    let class = Class::of(plan, College::new("riverside", 0)).await;
    declare(&class.admin(), &["203.0.113.0/24"]).await;
    becomes(&class.world, 0, "203.0.113.1", 3 * LIMIT).await;
    let nobody = class.world.nobody();
    for (address, limit) in [("203.0.113.2", 3 * LIMIT), ("198.51.100.7", LIMIT)] {
        for number in 0..limit {
            assert_eq!(knock(&nobody, address).await.code(), Code::Unauthenticated, "{address}, call {number}");
        }
        assert_limited(&Refusal::from(&knock(&nobody, address).await));
    }
}

async fn the_operator_knows_more(kind: Kind) {
    let plan = plan(kind, 1000).set("CAMPUS_NETWORKS", "10.0.0.0/8, 2001:db8:7::/48");
    let class = Class::of(plan, College::new("riverside", 0)).await;
    let nobody = class.world.nobody();
    for (address, expected) in [("10.255.0.1", 10_000), ("2001:db8:7::1", 10_000), ("11.0.0.1", 1000)] {
        assert_eq!(quota(&nobody, address).await, Some(expected), "{address}");
    }
    // What a college says comes beside it.
    declare(&class.admin(), &["203.0.113.0/24"]).await;
    becomes(&class.world, 0, "203.0.113.1", 10_000).await;
    assert_eq!(quota(&nobody, "10.0.0.1").await, Some(10_000));
}
