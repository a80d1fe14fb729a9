//! What shows where somebody was goes in its time, also where it comes after the session's was taken out.

use http::Method;
use rollcall_tests::{Class, Kind, in_every_world};
use serde_json::json;

use super::{Held, end, record};

in_every_world!(what_comes_after_the_retention_goes_too);

const DAY: i64 = 86_400;
/// The job that looks at what is too old, every ten minutes.
const SWEEP: &str = "retention.sweep";

async fn what_comes_after_the_retention_goes_too(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let rest = class.admin().rest();
    let days = rest.request(Method::PATCH, "/api/v1/college").json(&json!({"retention_days": 1}));
    rest.send(days).await.answer();
    let held = Held::of(&class, 0).await;
    class.world.advance(60).await;
    let entry = held.sign(&class).await;
    class.check_in(1).await;
    end(&class).await;
    class.world.ran(SWEEP).await;
    class.world.advance(2 * DAY).await;
    class.world.ran(SWEEP).await;
    let rows = class.world.rows().await;
    let positions =
        async || rows.number("SELECT count(*) AS n FROM attendance_records WHERE latitude IS NOT NULL").await;
    assert_eq!(positions().await, 0, "the others' went");
    let late = record(held.hand_in_one(&entry).await);
    assert_eq!(late.flags.len(), 1, "{late:?}");
    assert_eq!(positions().await, 1);
    class.world.advance(660).await;
    class.world.ran(SWEEP).await;
    assert_eq!(positions().await, 0, "this one goes too");
}
