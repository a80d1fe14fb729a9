//! Replicas count together.

use std::time::Instant;

use futures_util::{StreamExt as _, stream};
use rollcall_tests::{Kind, World, in_worlds, rest::Rest, world::Plan};
use tonic::Code;

use super::{MINUTE, knock, most};

in_worlds!([sqlite SQLITE_REDIS, postgres POSTGRES_REDIS]
    let_no_more_through_than_one_would, count_each_for_itself_while_redis_is_away);

const LIMIT: usize = 40;

/// Three times as many calls as are allowed, at once and spread over both replicas; how many were let through.
async fn storm(world: &World) -> usize {
    let calls = (0..3 * LIMIT).map(|number| {
        let nobody = world.nobody().at(number % 2);
        async move { knock(&nobody, "203.0.113.7").await.code() }
    });
    let codes: Vec<_> = stream::iter(calls).buffer_unordered(16).collect().await;
    assert!(codes.iter().all(|code| matches!(code, Code::Unauthenticated | Code::ResourceExhausted)), "{codes:?}");
    codes.into_iter().filter(|code| *code == Code::Unauthenticated).count()
}

/// How often a replica had to do without Redis.
async fn failures(world: &mut World, replica: usize) -> u64 {
    let admin = world.server(replica).admin().await;
    let metrics = Rest::new(format!("http://{admin}"), None).get("/metrics").await;
    let metrics = String::from_utf8_lossy(&metrics.bytes).into_owned();
    let failed = r#"rollcall_redis_commands_total{result="failed"} "#;
    metrics.lines().find_map(|line| line.strip_prefix(failed)?.parse().ok()).unwrap_or_default()
}

async fn let_no_more_through_than_one_would(kind: Kind) {
    let plan = Plan::new(kind).set("RATE_LIMIT_IP_PER_MINUTE", &LIMIT.to_string()).replicas(2);
    let mut world = plan.start(&[]).await;
    let begun = Instant::now();
    let passed = storm(&world).await + storm(&world).await;
    let was_alone = failures(&mut world, 0).await + failures(&mut world, 1).await > 0;
    // Where the machine was so busy that Redis was too late, a replica has counted by itself.
    let bound = most(LIMIT, MINUTE, begun) * if was_alone { 2 } else { 1 };
    assert!((LIMIT..=bound).contains(&passed), "{passed} of {bound}");
}

async fn count_each_for_itself_while_redis_is_away(kind: Kind) {
    let plan = Plan::new(kind).set("RATE_LIMIT_IP_PER_MINUTE", &LIMIT.to_string()).replicas(2);
    let mut world = plan.start(&[]).await;
    let begun = Instant::now();
    let mut passed = storm(&world).await;
    world.redis.as_mut().expect("a Redis").kill().await;
    passed += storm(&world).await;
    world.redis.as_mut().expect("a Redis").resume().await;
    passed += storm(&world).await;
    // An empty Redis has forgotten everything; the replicas have not.
    assert!((LIMIT..=2 * most(LIMIT, MINUTE, begun)).contains(&passed), "{passed}");
}
