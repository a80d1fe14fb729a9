//! The same `check_in_id` gets the same record, whatever else has changed: a phone that saw no answer asks again.

use rollcall_proto::v1::{AttendanceRecord, CheckInRequest, RefreshTokenRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal,
    class::request,
    college::College,
    in_every_world,
    record::{known, present},
    seed::State,
    world::Plan,
};
use tonic::Code;
use uuid::Uuid;

in_every_world!(gives_the_stored_record, refuses_a_second_record, refuses_a_reused_id);

async fn gives_the_stored_record(kind: Kind) {
    let mut class = Class::open(kind, 1).await;
    let login = class.student(0).login().await;
    let student = class.student(0).with_token(login.access_token);
    let request = class.request().await;
    let record = student.check_ins().check_in(request.clone()).await.answer();
    assert_eq!(known(record.clone()), present(class.session_id(), class.college.students[0].id));
    let replay = AttendanceRecord { replayed: true, ..record.clone() };

    let again = student.check_ins().check_in(request.clone()).await.answer();
    assert_eq!(again, replay, "at once");

    // The code is too old by now, and the phone is elsewhere.
    class.world.advance(120).await;
    let elsewhere = CheckInRequest { position: Some(class.college.north(5_000.0)), ..request.clone() };
    let again = student.check_ins().check_in(elsewhere).await.answer();
    assert_eq!(again, replay, "with an expired code, outside");

    let refresh = RefreshTokenRequest { refresh_token: login.refresh_token, device_id: "phone".to_owned() };
    let refreshed = class.world.nobody().auth().refresh_token(refresh).await.answer();
    let student = class.student(0).with_token(refreshed.access_token);
    let again = student.check_ins().check_in(request.clone()).await.answer();
    assert_eq!(again, replay, "with a refreshed token");

    class.world.kill(0).await;
    class.world.resume(0).await;
    let student = class.student(0).on_own_line();
    let again = student.check_ins().check_in(request.clone()).await.answer();
    assert_eq!(again, replay, "after a restart");

    let end = rollcall_proto::v1::EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().on_own_line().sessions().end_session(end).await.answer();
    let again = student.check_ins().check_in(request).await.answer();
    assert_eq!(again, replay, "after the end");
    assert_eq!(class.records().await, [record]);
}

async fn refuses_a_second_record(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let record = class.check_in(0).await;
    let another = class.request().await;
    let refusal = class.student(0).check_ins().check_in(another).await.refused();
    assert_eq!(
        refusal,
        Refusal {
            code: Code::AlreadyExists,
            reason: "ALREADY_CHECKED_IN".to_owned(),
            message: refusal.message.clone(),
            metadata: [("record_id".to_owned(), record.id.clone()), ("status".to_owned(), "PRESENT".to_owned())].into(),
            violations: Vec::new(),
            retry_after: None,
        }
    );
    assert_eq!(class.records().await, [record]);
}

async fn refuses_a_reused_id(kind: Kind) {
    let mut college = College::new("riverside", 2);
    let other = college.another_session(State::Active);
    let class = Class::of(Plan::new(kind), college).await;
    let first = class.request().await;
    let record = class.student(0).check_ins().check_in(first.clone()).await.answer();

    let code = class.code_of(other.id).await;
    let mut second = request(other.id, &code.code, class.college.north(0.0));
    second.check_in_id = first.check_in_id.clone();
    let refusal = class.student(0).check_ins().check_in(second.clone()).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "CHECK_IN_ID_REUSED"));
    assert_eq!(class.records_of(other.id).await, []);

    // The id belongs to its student: another one who happens to make the same is another check-in.
    let theirs = class.student(1).check_ins().check_in(second.clone()).await.answer();
    assert_eq!(known(theirs.clone()), present(other.id, class.college.students[1].id));
    assert_ne!(theirs.id, record.id);

    second.check_in_id = Uuid::now_v7().to_string();
    let fresh = class.student(0).check_ins().check_in(second).await.answer();
    assert_eq!(known(fresh), present(other.id, class.college.students[0].id));
}
