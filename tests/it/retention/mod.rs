//! What shows where somebody was, and when it goes.

mod history;
mod sweep;

use std::time::Duration;

use http::Method;
use rollcall_proto::v1::{CheckInRequest, EndSessionRequest};
use rollcall_tests::{Answer as _, database::Rows};
use rollcall_tests::{Class, actor::Actor, class::request, college::College, until::until_within, world::World};
use serde_json::json;

const DAY_SECONDS: i64 = 86_400;
/// The server looks every ten minutes, by the clock that was moved; two seconds at most after that.
const SWEPT: Duration = Duration::from_secs(60);
/// Of all colleges.
const WITH_POSITION: &str = "SELECT COUNT(*) AS n FROM attendance_records WHERE latitude IS NOT NULL";

/// Says for how many days a college keeps what shows where somebody was.
async fn keep_for(admin: &Actor, days: i32) {
    set(admin, "retention_days", json!(days)).await;
}

async fn set(admin: &Actor, name: &str, value: serde_json::Value) {
    let rest = admin.rest();
    let change = rest.request(Method::PATCH, "/api/v1/college").json(&json!({name: value}));
    rest.send(change).await.answer();
}

/// Ends the session of a college.
async fn end(world: &World, college: &College) {
    let request = EndSessionRequest { id: college.session.id.to_string() };
    world.actor(&college.teacher).sessions().end_session(request).await.answer();
}

/// A check-in with whatever shows where it is made.
async fn telling(class: &Class, meters_north: f64, device: &str) -> CheckInRequest {
    let device = rollcall_proto::v1::Device { device_id: device.to_owned(), ..Default::default() };
    CheckInRequest {
        device: Some(device),
        ..request(class.session_id(), &class.code().await.code, class.college.north(meters_north))
    }
}

/// Waits until the server has looked at what is too old, at the time that its clock shows.
async fn swept(class: &Class, rows: &Rows) {
    let now = class.world.clock().now().format("%Y-%m-%d %H:%M:%S").to_string();
    until_within("the server has looked", SWEPT, async || {
        let jobs = rows.all("SELECT due_at, attempts FROM jobs WHERE kind = 'retention.sweep'").await;
        let due: String = jobs[0]["due_at"].as_str()?.chars().take(19).collect();
        // A run that goes on has a later time too, and has begun a try.
        (jobs[0]["attempts"] == 0 && due.replace('T', " ") > now).then_some(())
    })
    .await;
}
