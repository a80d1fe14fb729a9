//! The end of a live view.

use rollcall_proto::v1::{
    CancelSessionRequest, ChangeTeacherRequest, GetCurrentCodeRequest, StartSessionRequest, WatchCodesRequest,
    attendance_event::Change, session::State,
};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal,
    class::request,
    college::{College, session_message},
    in_every_world,
    live::Watch,
    seed,
    world::Plan,
};
use tonic::{Code, Response, Status};

in_every_world!(
    comes_with_the_sessions_end,
    comes_with_the_teacher_who_has_it_no_more,
    comes_at_once_where_nothing_can_change
);

async fn comes_with_the_sessions_end(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let scheduled = college.another_session(seed::State::Scheduled);
    let class = Class::of(Plan::new(kind), college).await;
    let teacher = class.teacher();
    let mut watch = Watch::open(&teacher, scheduled.id, "").await;
    assert_eq!(watch.session().await, session_message(&scheduled));

    let start = StartSessionRequest { id: scheduled.id.to_string(), ..Default::default() };
    let started = teacher.sessions().start_session(start).await.answer();
    assert_eq!(watch.session().await, started);
    let cancel = CancelSessionRequest { id: scheduled.id.to_string(), reason: "fire alarm".to_owned() };
    let cancelled = teacher.sessions().cancel_session(cancel).await.answer();
    assert_eq!(cancelled.state, State::Cancelled as i32);
    assert_eq!(watch.rest().await, [Change::Session(cancelled)]);
}

async fn comes_with_the_teacher_who_has_it_no_more(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (teacher, id) = (class.teacher(), class.session_id());
    let mut watch = Watch::open(&teacher, id, "").await;
    watch.session().await;
    let mut others = Watch::open(&class.admin(), id, "").await;
    others.session().await;
    let location_id = class.college.location.id.to_string();
    let watched = WatchCodesRequest { location_id, session_id: Some(id.to_string()) };
    let mut codes = teacher.codes().watch_codes(watched).await.answer();
    codes.message().await.expect("a code").expect("the first one");
    let handed_over = ChangeTeacherRequest {
        id: id.to_string(),
        teacher_id: class.college.other_teacher.id.to_string(),
        reason: String::new(),
    };
    class.admin().sessions().change_teacher(handed_over).await.answer();
    let refused = until_refused(async || watch.next().await.map(drop)).await;
    assert_eq!(refused.kind(), (Code::PermissionDenied, "NOT_YOUR_SESSION"));
    let refused = until_refused(async || codes.message().await.map(drop)).await;
    assert_eq!(refused.kind(), (Code::PermissionDenied, "NOT_YOUR_SESSION"));
    // For an administrator nothing has changed.
    let shown =
        GetCurrentCodeRequest { location_id: class.college.location.id.to_string(), session_id: Some(id.to_string()) };
    let code = class.other_teacher().codes().get_current_code(shown).await.answer().code;
    let wanted = request(id, &code, class.college.north(0.0));
    class.student(0).check_ins().check_in(wanted).await.answer();
    others.session().await;
    others.records(1).await;
}

/// Reads until the stream is refused.
async fn until_refused(mut next: impl AsyncFnMut() -> Result<(), Status>) -> Refusal {
    loop {
        if let Err(refused) = next().await {
            return Err::<Response<()>, _>(refused).refused();
        }
    }
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
