//! PostgreSQL goes away under load, as after a power cut, and comes back.

use rollcall_tests::{Class, Kind, college::College, on_postgres, seed::State, until, world::Plan};
use tonic::Code;

use super::journal::Load;

on_postgres!(loses_nothing);

async fn loses_nothing(kind: Kind) {
    let mut college = College::new("riverside", 60);
    for _ in 1..10 {
        college.another_session(State::Active);
    }
    let plan = Plan::new(kind).own_postgres().set("QR_REFRESH_INTERVAL_SECONDS", "300");
    let mut class = Class::of(plan, college).await;
    class.world.align(300).await;
    let load = Load::begin(&class, 16, 1).await;
    let total = load.len(&class);
    for restart in 1..=2 {
        load.answered(total * restart / 3).await;
        let nobody = class.world.nobody().rest();
        class.world.postgres.as_mut().expect("PostgreSQL").stop().await;
        until("the server says that it cannot serve", async || {
            let reply = nobody.get("/health/ready").await;
            (reply.status == 503 && reply.refused().code == Code::Unavailable).then_some(())
        })
        .await;
        // Alive it is all the same: nobody must restart it for that.
        assert_eq!(nobody.get("/health/live").await.status, 200);
        class.world.postgres.as_mut().expect("PostgreSQL").resume().await;
        until("the server serves again", async || (nobody.get("/health/ready").await.status == 200).then_some(()))
            .await;
    }
    load.finish(&class).await;
}
