//! kill -9 under load.

use rollcall_tests::{Class, Kind, college::College, in_every_world, seed::State, world::Plan};

use super::journal::Load;

in_every_world!(loses_nothing);

async fn loses_nothing(kind: Kind) {
    const KILLS: usize = 4;
    let mut college = College::new("riverside", 100);
    for _ in 1..12 {
        college.another_session(State::Active);
    }
    // Codes that hold for the whole test: this is not about them.
    let plan = Plan::new(kind).set("QR_REFRESH_INTERVAL_SECONDS", "300");
    let mut class = Class::of(plan, college).await;
    class.world.align(300).await;
    let load = Load::begin(&class, 24, 1).await;
    let total = load.len(&class);
    for kill in 1..=KILLS {
        load.answered(total * kill / (KILLS + 1)).await;
        class.world.kill(0).await;
        class.world.resume(0).await;
    }
    load.finish(&class).await;
}
