//! ListRecords.

use std::slice::from_ref;

use rollcall_proto::v1::{AttendanceRecord, EndSessionRequest, ListRecordsRequest, attendance_record::Status};
use rollcall_tests::{
    Answer as _, Class, Kind, class::request, college::College, on_both_stores, seed::State, world::Plan,
};
use tonic::Code;

on_both_stores!(filters);

async fn filters(kind: Kind) {
    let mut college = College::new("riverside", 3);
    let mut theirs = college.another_session(State::Active);
    theirs.teacher_id = college.other_teacher.id;
    *college.more.sessions.last_mut().expect("the session") = theirs.clone();
    let class = Class::of(Plan::new(kind), college).await;

    let own = class.check_in(0).await;
    class.world.advance(1).await;
    let code = rollcall_proto::v1::GetCurrentCodeRequest {
        location_id: class.college.location.id.to_string(),
        session_id: Some(theirs.id.to_string()),
    };
    let code = class.other_teacher().codes().get_current_code(code).await.answer().code;
    let other = request(theirs.id, &code, class.college.north(0.0));
    let other = class.student(0).check_ins().check_in(other).await.answer();
    class.world.advance(1).await;
    let end = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(end).await.answer();

    let list = async |actor: &rollcall_tests::actor::Actor, session: Option<String>, status: Status| {
        let request = ListRecordsRequest { session_id: session, status: status as i32, ..Default::default() };
        actor.records().list_records(request).await.answer().records
    };
    let all = Status::Unspecified;
    let absent: Vec<AttendanceRecord> = list(&class.admin(), None, Status::Absent).await;
    assert_eq!(absent.len(), 2, "{absent:?}");
    let (own_session, other_session) = (Some(class.session_id().to_string()), Some(theirs.id.to_string()));

    let everything = [absent.as_slice(), &[other.clone(), own.clone()]].concat();
    assert_eq!(list(&class.admin(), None, all).await, everything, "the latest first");
    assert_eq!(list(&class.admin(), other_session.clone(), all).await, from_ref(&other));
    assert_eq!(list(&class.admin(), own_session, Status::Present).await, from_ref(&own));
    assert_eq!(list(&class.admin(), other_session.clone(), Status::Absent).await, []);

    // Teachers see the records of their own sessions.
    assert_eq!(list(&class.teacher(), None, all).await, [absent.as_slice(), &[own]].concat());
    assert_eq!(list(&class.other_teacher(), None, all).await, [other]);
    let nowhere = ListRecordsRequest { session_id: Some(uuid::Uuid::now_v7().to_string()), ..Default::default() };
    let refusal = class.admin().records().list_records(nowhere).await.refused();
    assert_eq!(refusal.kind(), (Code::NotFound, "NOT_FOUND"));
    let theirs = ListRecordsRequest { session_id: other_session, ..Default::default() };
    let refusal = class.teacher().records().list_records(theirs).await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "NOT_YOUR_SESSION"));
}
