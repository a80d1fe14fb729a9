//! A check-in that does not say which session it means.

use rollcall_proto::v1::CheckInRequest;
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::College,
    on_both_stores,
    record::{known, present},
    seed::State,
    world::Plan,
};
use tonic::Code;

on_both_stores!(the_code_names_it, several_are_ambiguous);

async fn the_code_names_it(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let other = college.another_session(State::Active);
    let class = Class::of(Plan::new(kind), college).await;
    let qr_code = class.code_of(other.id).await.code;
    let request = CheckInRequest { session_id: None, qr_code, ..class.request().await };
    let record = class.student(0).check_ins().check_in(request).await.answer();
    assert_eq!(known(record), present(other.id, class.college.students[0].id));
}

async fn several_are_ambiguous(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let other = college.another_session(State::Active);
    let class = Class::of(Plan::new(kind), college).await;
    let request = CheckInRequest { session_id: None, qr_code: String::new(), ..class.request().await };
    let refusal = class.student(0).check_ins().check_in(request.clone()).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "SESSION_AMBIGUOUS"));
    let mut told: Vec<&str> = refusal.told("session_ids").split(',').collect();
    let (first, second) = (class.session_id().to_string(), other.id.to_string());
    let mut expected = [first.as_str(), &second];
    told.sort_unstable();
    expected.sort_unstable();
    assert_eq!(told, expected);

    // One of them ends, and the other is meant; only the code is missing now.
    let end = rollcall_proto::v1::EndSessionRequest { id: second };
    class.teacher().sessions().end_session(end).await.answer();
    let refusal = class.student(0).check_ins().check_in(request).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "MORE_EVIDENCE_NEEDED"));
}
