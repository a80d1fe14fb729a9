//! What shows where somebody was, and when it goes.

mod history;
mod sweep;

use std::time::Duration;

use http::Method;
use rollcall_proto::v1::{CheckInRequest, EndSessionRequest};
use rollcall_tests::{Answer as _, Class, actor::Actor, class::request, college::College, world::World};
use serde_json::json;

const DAY_SECONDS: i64 = 86_400;
/// The server looks every ten minutes, by the clock that was moved; two seconds at most after that.
const SWEPT: Duration = Duration::from_secs(60);
/// The job that looks.
const SWEEP: &str = "retention.sweep";
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
