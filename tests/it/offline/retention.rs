//! What shows where somebody was goes in its time, also where it comes after the session's was taken out.

use std::time::Duration;

use http::Method;
use rollcall_tests::{Class, Kind, in_every_world, until::until_within};
use serde_json::json;

use super::{Held, end, record};

in_every_world!(what_comes_after_the_retention_goes_too);

const DAY: i64 = 86_400;
/// The server looks every ten minutes, by the clock that was moved; two seconds at most after that.
const SWEPT: Duration = Duration::from_secs(60);

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
    class.world.advance(2 * DAY).await;
    let rows = class.world.rows().await;
    let positions =
        async || rows.number("SELECT count(*) AS n FROM attendance_records WHERE latitude IS NOT NULL").await;
    let gone = async || (positions().await == 0).then_some(());
    until_within("the others' positions go", SWEPT, gone).await;
    let late = record(held.hand_in_one(&entry).await);
    assert_eq!(late.flags.len(), 1, "{late:?}");
    assert_eq!(positions().await, 1);
    class.world.advance(660).await;
    until_within("this one goes too", SWEPT, gone).await;
}
