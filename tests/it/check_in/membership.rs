//! Whose session it is, and whether it runs.

use chrono::Days;
use rollcall_proto::v1::CheckInRequest;
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal,
    class::request,
    clock::machine_time,
    college::College,
    in_every_world,
    record::{known, present},
    seed::{Role, State},
    world::Plan,
};
use tonic::Code;
use uuid::Uuid;

in_every_world!(needs_an_enrolment, needs_the_own_college, needs_a_running_session);

async fn needs_an_enrolment(kind: Kind) {
    let mut college = College::new("riverside", 0);
    let (today, division) = (machine_time().date_naive(), college.division.clone());
    let [current, past, future, elsewhere] =
        ["current", "past", "future", "elsewhere"].map(|name| college.another_person(name, Role::Student));
    for (student, from_days, to_days) in [(&current, -10, 10), (&past, -20, -10), (&future, 10, 20)] {
        college.enrol(student, &division);
        let day = |days: i64| {
            let span = Days::new(days.unsigned_abs());
            if days < 0 { today.checked_sub_days(span) } else { today.checked_add_days(span) }
        };
        let enrolment = college.more.enrolments.last_mut().expect("the enrolment");
        (enrolment.from_date, enrolment.to_date) = (day(from_days), day(to_days));
    }
    let other_division = college.other_division.clone();
    college.enrol(&elsewhere, &other_division);
    let class = Class::of(Plan::new(kind), college).await;

    for student in [&past, &future, &elsewhere, &class.college.stranger.clone()] {
        let request = class.request().await;
        let refusal = class.world.actor(student).check_ins().check_in(request).await.refused();
        assert_eq!(refusal.kind(), (Code::NotFound, "NOT_ENROLLED"), "{}", student.username);
    }
    assert_eq!(class.records().await, []);
    let request = class.request().await;
    let record = class.world.actor(&current).check_ins().check_in(request).await.answer();
    assert_eq!(known(record), present(class.session_id(), current.id));
}

async fn needs_the_own_college(kind: Kind) {
    let (college, other) = (College::new("riverside", 1), College::new("hillside", 1));
    let world = Plan::new(kind).start(&[&college, &other]).await;
    let class = Class { world, college };
    let foreigner = class.world.actor(&other.students[0]);

    let theirs = class.request().await;
    let foreign = foreigner.check_ins().check_in(theirs.clone()).await.refused();
    let absent = CheckInRequest { session_id: Some(Uuid::now_v7().to_string()), ..theirs.clone() };
    let absent = foreigner.check_ins().check_in(absent).await.refused();
    assert_eq!(foreign, absent);
    assert_eq!(
        foreign,
        Refusal {
            code: Code::NotFound,
            reason: "NOT_FOUND".to_owned(),
            message: foreign.message.clone(),
            metadata: [("resource".to_owned(), "session".to_owned())].into(),
            violations: Vec::new(),
            retry_after: None,
        }
    );
    // Without the session's id, the code names it, and must not open a side door.
    let by_code = CheckInRequest { session_id: None, ..theirs };
    let by_code = foreigner.check_ins().check_in(by_code).await.refused();
    assert!(matches!(by_code.reason.as_str(), "NOT_FOUND" | "CODE_INVALID"), "{by_code:?}");
    assert_eq!(class.records().await, []);
}

async fn needs_a_running_session(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let states = [State::Scheduled, State::Completed, State::Cancelled];
    let sessions = states.map(|state| college.another_session(state));
    let class = Class::of(Plan::new(kind), college).await;
    let code = class.code().await.code;
    for (session, name) in sessions.iter().zip(["SCHEDULED", "COMPLETED", "CANCELLED"]) {
        let request = request(session.id, &code, class.college.north(0.0));
        let refusal = class.student(0).check_ins().check_in(request).await.refused();
        assert_eq!(refusal.kind(), (Code::FailedPrecondition, "SESSION_NOT_ACTIVE"), "{name}");
        assert_eq!(refusal.metadata, [("state".to_owned(), name.to_owned())].into());
        assert_eq!(class.records_of(session.id).await, []);
    }
}
