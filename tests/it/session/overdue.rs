//! What the server does where nobody has started or ended a session.

use std::time::Duration;

use chrono::TimeDelta;
use rollcall_proto::v1::{
    GetSessionRequest, RescheduleSessionRequest, Session,
    attendance_record::Status,
    session::{EndReason, State},
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::{College, session_message},
    in_every_world,
    record::{time, timestamp},
    seed,
    until::until_within,
    world::Plan,
};
use serde_json::json;
use uuid::Uuid;

in_every_world!(are_cancelled_or_ended_once);

/// The server looks every 20 s, and may have looked just before the clock was moved.
const SWEPT: Duration = Duration::from_secs(60);

async fn get(class: &Class, id: Uuid) -> Session {
    class.admin().sessions().get_session(GetSessionRequest { id: id.to_string() }).await.answer()
}

async fn are_cancelled_or_ended_once(kind: Kind) {
    let mut college = College::new("riverside", 3);
    let forgotten = college.another_session(seed::State::Scheduled);
    let moved = college.another_session(seed::State::Scheduled);
    let class = Class::of(Plan::new(kind).replicas(2), college).await;
    let record = class.check_in(0).await;
    let day = TimeDelta::days(1);
    let later = RescheduleSessionRequest {
        id: moved.id.to_string(),
        planned_start: Some(timestamp(moved.planned_start + day)),
        planned_end: Some(timestamp(moved.planned_end + day)),
        ..Default::default()
    };
    let moved = class.teacher().sessions().reschedule_session(later).await.answer();

    // Nobody starts the one: half an hour after its plan it is cancelled, and not before.
    class.world.advance(28 * 60).await;
    assert_eq!(get(&class, forgotten.id).await, session_message(&forgotten));
    class.world.advance(5 * 60).await;
    let cancelled = until_within("it is cancelled", SWEPT, async || {
        let session = get(&class, forgotten.id).await;
        (session.state != State::Scheduled as i32).then_some(session)
    })
    .await;
    let expected = Session {
        state: State::Cancelled as i32,
        ended_at: cancelled.ended_at,
        end_reason: EndReason::NotStarted as i32,
        ..session_message(&forgotten)
    };
    assert_eq!(cancelled, expected);
    assert!(class.records_of(forgotten.id).await.is_empty(), "nobody is absent where nothing was");

    // Nobody ends the other: half an hour after the end of its plan it is ended.
    let running = get(&class, class.session_id()).await;
    assert_eq!(running.state, State::Active as i32);
    class.world.advance(3600).await;
    let ended = until_within("it is ended", SWEPT, async || {
        let session = get(&class, class.session_id()).await;
        (session.state != State::Active as i32).then_some(session)
    })
    .await;
    let expected = Session {
        state: State::Completed as i32,
        ended_at: ended.ended_at,
        end_reason: EndReason::NotEnded as i32,
        ..running
    };
    assert_eq!(ended, expected);
    assert!(time(ended.ended_at) > time(ended.planned_end) + TimeDelta::minutes(30));
    let mut records = class.records().await;
    records.sort_by_key(|record| record.status);
    let statuses: Vec<_> = records.iter().map(|record| record.status()).collect();
    assert_eq!(statuses, [Status::Present, Status::Absent, Status::Absent]);
    assert!(records.contains(&record), "what was answered stays");
    assert_eq!(get(&class, Uuid::parse_str(&moved.id).expect("an id")).await, moved);

    // Each once, by nobody.
    let rows = class.admin().rest().get("/api/v1/audit?action=session.").await.answer();
    let of_the_server: Vec<_> = rows["audit_rows"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|row| row["detail"]["end_reason"].is_string())
        .map(|row| (row["object_id"].clone(), row["action"].clone(), row["detail"]["end_reason"].clone()))
        .collect();
    let expected =
        [(class.session_id(), "session.ended", "NOT_ENDED"), (forgotten.id, "session.cancelled", "NOT_STARTED")];
    assert_eq!(of_the_server, expected.map(|(id, action, reason)| (json!(id), json!(action), json!(reason))));
}
