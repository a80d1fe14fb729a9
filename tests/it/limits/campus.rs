//! Networks that were declared: many people are behind one address there.

use http::Method;
use rollcall_proto::v1::LoginRequest;
use rollcall_tests::{
    Answer as _, Class, Kind, World, actor::Actor, college::College, in_one_world, in_worlds, until::until, world::Plan,
};
use serde_json::json;
use tonic::Code;

use super::{TRUST_THE_TEST, assert_limited, from, knock, text};

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

/// How many logins to this college an address may make in a minute, as it is told.
async fn logins(actor: &Actor, address: &str, college: &str) -> Option<usize> {
    let request = LoginRequest {
        email: "nobody@riverside.example".to_owned(),
        password: "a guess".to_owned(),
        college: college.to_owned(),
        ..LoginRequest::default()
    };
    let refusal = actor.auth().login(from(address, request)).await.expect_err("no account");
    let policy = text(refusal.metadata(), "ratelimit-policy").to_owned();
    policy.strip_prefix("\"login-address\";q=")?.split(';').next()?.parse().ok()
}

/// How many calls without a token it may make.
async fn calls(actor: &Actor, address: &str) -> Option<usize> {
    let refusal = knock(actor, address).await;
    let policy = text(refusal.metadata(), "ratelimit-policy").to_owned();
    policy.strip_prefix("\"address\";q=")?.split(';').next()?.parse().ok()
}

async fn becomes(world: &World, replica: usize, address: &str, expected: usize) {
    let nobody = world.nobody().at(replica);
    let known = async || (logins(&nobody, address, "riverside").await? == expected).then_some(());
    until("the networks are known", known).await;
}

async fn a_college_declares_its_networks_on_every_replica(kind: Kind) {
    let class = Class::of(plan(kind, 1000).replicas(2), College::new("riverside", 0)).await;
    let world = &class.world;
    assert_eq!(logins(&world.nobody(), "203.0.113.7", "riverside").await, Some(1000));
    let answer = declare(&class.admin(), &["203.0.113.0/24", "2001:DB8:5::/48", "198.51.100.7"]).await;
    assert_eq!(answer["campus_networks"], json!(["198.51.100.7/32", "203.0.113.0/24", "2001:db8:5::/48"]));
    for replica in [0, 1] {
        for inside in ["203.0.113.255", "2001:db8:5:ffff::1", "198.51.100.7"] {
            becomes(world, replica, inside, 10_000).await;
        }
        let nobody = world.nobody().at(replica);
        for outside in ["203.0.114.0", "2001:db8:6::1", "198.51.100.8"] {
            assert_eq!(logins(&nobody, outside, "riverside").await, Some(1000), "{outside}");
        }
        // It speaks for its own logins, and for nothing else.
        for college in ["hillside", ""] {
            assert_eq!(logins(&nobody, "203.0.113.7", college).await, Some(1000), "{college}");
        }
        assert_eq!(calls(&nobody, "203.0.113.7").await, Some(1000));
    }
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
    // What is used up by logins to the college is not what others have behind the same address.
    for (college, limit) in [("Riverside", 3 * LIMIT), ("", LIMIT)] {
        for number in 0..=limit {
            let request = LoginRequest {
                email: "nobody@riverside.example".to_owned(),
                password: "a guess".to_owned(),
                college: college.to_owned(),
                ..LoginRequest::default()
            };
            let refusal = nobody.auth().login(from("203.0.113.2", request)).await.refused();
            match number < limit {
                true => assert_eq!(refusal.code, Code::Unauthenticated, "{college}, login {number}"),
                false => assert_limited(&refusal),
            }
        }
    }
}

async fn the_operator_knows_more(kind: Kind) {
    let plan = plan(kind, 1000).set("CAMPUS_NETWORKS", "10.0.0.0/8, 2001:db8:7::/48");
    let class = Class::of(plan, College::new("riverside", 0)).await;
    let nobody = class.world.nobody();
    for (address, expected) in [("10.255.0.1", 10_000), ("2001:db8:7::1", 10_000), ("11.0.0.1", 1000)] {
        assert_eq!(calls(&nobody, address).await, Some(expected), "{address}");
        for college in ["riverside", ""] {
            assert_eq!(logins(&nobody, address, college).await, Some(expected), "{address} {college}");
        }
    }
    // What a college says comes beside it.
    declare(&class.admin(), &["203.0.113.0/24"]).await;
    becomes(&class.world, 0, "203.0.113.1", 10_000).await;
    assert_eq!(calls(&nobody, "10.0.0.1").await, Some(10_000));
}
