//! The end of a live view.

use rollcall_proto::v1::{CancelSessionRequest, StartSessionRequest, attendance_event::Change, session::State};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal,
    college::{College, session_message},
    in_every_world,
    live::Watch,
    seed,
    world::Plan,
};
use tonic::Code;

in_every_world!(comes_with_the_sessions_end, comes_at_once_where_nothing_can_change);

async fn comes_with_the_sessions_end(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let scheduled = college.another_session(seed::State::Scheduled);
    let class = Class::of(Plan::new(kind), college).await;
    let teacher = class.teacher();
    let mut watch = Watch::open(&teacher, scheduled.id, "").await;
    assert_eq!(watch.session().await, session_message(&scheduled));

    let start = StartSessionRequest { id: scheduled.id.to_string(), position: None };
    let started = teacher.sessions().start_session(start).await.answer();
    assert_eq!(watch.session().await, started);
    let cancel = CancelSessionRequest { id: scheduled.id.to_string(), reason: "fire alarm".to_owned() };
    let cancelled = teacher.sessions().cancel_session(cancel).await.answer();
    assert_eq!(cancelled.state, State::Cancelled as i32);
    assert_eq!(watch.rest().await, [Change::Session(cancelled)]);
}

async fn comes_at_once_where_nothing_can_change(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let completed = college.another_session(seed::State::Completed);
    let class = Class::of(Plan::new(kind), college).await;
    let mut watch = Watch::open(&class.teacher(), completed.id, "").await;
    assert_eq!(watch.rest().await, [Change::Session(session_message(&completed))]);

    let wrong = rollcall_proto::v1::WatchAttendanceRequest {
        session_id: class.session_id().to_string(),
        resume_token: "nonsense".to_owned(),
    };
    let refusal: Refusal = class.teacher().live().watch_attendance(wrong).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_RESUME_TOKEN"));
    // A token of another session is no token of this one.
    let of_other = rollcall_proto::v1::WatchAttendanceRequest {
        session_id: class.session_id().to_string(),
        resume_token: watch.resume_token,
    };
    assert!(!of_other.resume_token.is_empty());
    let refusal: Refusal = class.teacher().live().watch_attendance(of_other).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_RESUME_TOKEN"));
}
