//! Sessions that were completed before the schema could count them.

use rollcall_proto::v1::{GetAnalyticsRequest, get_analytics_request::GroupBy};
use rollcall_tests::{Kind, on_both_stores, until};

use super::{
    analytics::analytics,
    history::History,
    slow::{self, DEFAULT},
};

on_both_stores!(are_counted_after_the_upgrade);

async fn are_counted_after_the_upgrade(kind: Kind) {
    let mut history = History::open(kind, 31).await;
    let expected = slow::grouped(slow::facts(&history.class.admin()).await.iter(), GroupBy::Student, DEFAULT);
    let world = &mut history.class.world;
    world.kill(0).await;
    // Back to where nothing was counted, and up again.
    loop {
        let status = world.run(&["migrate", "status"]).await;
        let status = String::from_utf8_lossy(&status.stdout).into_owned();
        let line = status.lines().find(|line| line.contains("000019_tallies")).expect("the step").to_owned();
        if line.starts_with("missing") {
            break;
        }
        assert!(world.run(&["migrate", "down"]).await.status.success(), "{status}");
    }
    assert!(world.run(&["migrate", "up"]).await.status.success());
    world.resume(0).await;
    let admin = history.class.admin();
    let request = GetAnalyticsRequest { group_by: GroupBy::Student as i32, ..Default::default() };
    until("every session is counted", async || (analytics(&admin, request.clone()).await == expected).then_some(()))
        .await;
}
