//! ComparePolicy, beside a recount of the same rows one by one.

use chrono::{FixedOffset, NaiveDate};
use futures_util::{StreamExt as _, stream};
use rollcall_proto::v1::{
    CheckInRequest, ComparePolicyRequest, ComparePolicyResponse, CreatePolicyRequest, Mark, MarkRecordsRequest,
    PolicyRules, Position,
    attendance_record::{Flag, Status},
    compare_policy_response::Outcome,
    evidence::Factor::{AccessPoints, Code, Geofence},
    policy::Scope,
    policy_rules::{CodeMode, Uncertain},
};
use rollcall_tests::{
    Answer as _, Class, Kind, class::request, college::College, in_every_world, on_both_stores, seed::State,
    world::Plan,
};
use serde_json::Value;

use super::{
    for_college, make, policy_for,
    recount::{Decision, REFUSED, Table, by_asking, by_strict, recount, told},
    rules,
};

in_every_world!(is_what_a_recount_gives);
on_both_stores!(loses_nothing_between_pages, tells_who_would_be_late);

async fn compare(class: &Class, id: &str, from: NaiveDate, to: NaiveDate) -> ComparePolicyResponse {
    let request = ComparePolicyRequest { id: id.to_owned(), from: from.to_string(), to: to.to_string() };
    class.admin().policies().compare_policy(request).await.answer()
}

/// The day of the session, by the college's clocks.
fn day(class: &Class) -> NaiveDate {
    let kolkata = FixedOffset::east_opt(19_800).expect("an offset");
    class.college.session.planned_start.with_timezone(&kolkata).date_naive()
}

/// Check-ins of every kind.
async fn fill(class: &Class) {
    let send = async |student: usize, request: CheckInRequest| {
        let _ = class.student(student).check_ins().check_in(request).await;
    };
    class.world.align(25).await;
    let good = class.request().await;
    let at = |position: Position| CheckInRequest {
        check_in_id: uuid::Uuid::now_v7().to_string(),
        position: Some(position),
        ..good.clone()
    };
    let here = class.college.north(0.0);
    send(0, at(here)).await;
    send(0, at(here)).await;
    send(1, at(Position { accuracy_meters: Some(10.0), ..class.college.north(50.0) })).await;
    send(2, at(Position { mocked: true, ..here })).await;
    send(3, at(class.college.north(400.0))).await;
    send(3, at(class.college.north(500.0))).await;
    send(4, CheckInRequest { position: None, ..at(here) }).await;
    send(5, CheckInRequest { qr_code: "nonsense".to_owned(), ..at(here) }).await;
    send(5, CheckInRequest { qr_code: String::new(), ..at(here) }).await;
    let _ = class.stranger().check_ins().check_in(at(here)).await;
    // The same code, when it is old but good, and when it is no more.
    class.world.advance(20).await;
    send(4, at(here)).await;
    class.world.advance(40).await;
    send(6, at(here)).await;
    let mark = Mark { student_id: class.college.students[7].id.to_string(), status: Status::Present.into() };
    let marks =
        MarkRecordsRequest { session_id: class.session_id().to_string(), marks: vec![mark], reason: "Seen".to_owned() };
    class.teacher().records().mark_records(marks).await.answer();
}

async fn is_what_a_recount_gives(kind: Kind) {
    let class = Class::open(kind, 8).await;
    fill(&class).await;
    let (admin, day) = (class.admin(), day(&class));
    let mut strict = rules(&[&[Code]]);
    strict.code_mode = CodeMode::Strict.into();
    strict.refused_flags = vec![Flag::MockedPosition.into()];
    let mut asking = rules(&[&[Code], &[Geofence, AccessPoints]]);
    asking.uncertain = Uncertain::AskForMore.into();
    let shadow = |scope, id, rules: &PolicyRules| CreatePolicyRequest {
        is_shadow: true,
        ..policy_for(scope, id, rules.clone())
    };
    let strict_policy = make(&admin, shadow(Scope::College, None, &strict)).await;
    let asking_policy = make(&admin, shadow(Scope::Session, Some(class.session_id()), &asking)).await;

    for (policy, decide) in [
        (&strict_policy, by_strict as fn(&[Value]) -> Decision),
        (&asking_policy, by_asking as fn(&[Value]) -> Decision),
    ] {
        let response = compare(&class, &policy.id, day, day).await;
        let (expected, skipped) = recount(&class, decide).await;
        let counts = |table: &Table| table.iter().map(|(key, (_, count, _))| (key.clone(), *count)).collect::<Vec<_>>();
        let table = told(&response);
        assert_eq!(counts(&table), counts(&expected));
        assert_eq!(response.not_weighed, i32::try_from(skipped).expect("a count"));
        assert_eq!(response.version, 1);
        assert_eq!(response.weighed, response.cells.iter().map(|cell| cell.count).sum::<i32>());
        for (key, count, ids) in table.values() {
            assert_eq!(ids.len(), if key.0 == key.2 { 0 } else { *count }, "{key:?}");
        }
    }

    // Not only the same, but what it has to be.
    let response = compare(&class, &strict_policy.id, day, day).await;
    let find = |reason: &str, would_be: Outcome| {
        let found = response.cells.iter().find(|cell| cell.reason == reason && cell.would_be() == would_be);
        found.unwrap_or_else(|| panic!("{reason} {would_be:?}: {response:?}"))
    };
    let outside = find("OUTSIDE_GEOFENCE", Outcome::Accepted);
    assert_eq!((outside.count, outside.attempt_ids.len(), outside.differs), (2, 2, true));
    assert_eq!(find("CODE_INVALID", REFUSED).would_be_factor(), Code);
    assert_eq!(find("CODE_EXPIRED", REFUSED).would_be_factor(), Code);
    assert_eq!(find("MORE_EVIDENCE_NEEDED", Outcome::Accepted).count, 1, "without a position");
    assert_eq!(response.not_weighed, 2, "a stranger, and who was there already");
    let records: Vec<String> = class.records().await.into_iter().map(|record| record.id).collect();
    let lost: Vec<&String> = response.cells.iter().flat_map(|cell| &cell.record_ids).collect();
    assert!(lost.len() >= 2 && lost.iter().all(|id| records.contains(id)), "{lost:?}");

    // Other days, and other divisions.
    for (id, from, to) in [
        (&strict_policy.id, day.pred_opt().expect("a day"), day.pred_opt().expect("a day")),
        (&strict_policy.id, day.succ_opt().expect("a day"), day.succ_opt().expect("a day")),
        (&make(&admin, shadow(Scope::Division, Some(class.college.other_division.id), &strict)).await.id, day, day),
    ] {
        let expected = ComparePolicyResponse { version: 1, ..Default::default() };
        assert_eq!(compare(&class, id, from, to).await, expected);
    }
    let of_division = make(&admin, shadow(Scope::Division, Some(class.college.division.id), &strict)).await;
    assert_eq!(compare(&class, &of_division.id, day, day).await, response);
}

async fn loses_nothing_between_pages(kind: Kind) {
    const SESSIONS: usize = 103;
    const ATTEMPTS: usize = 1_005;
    let mut college = College::new("riverside", 1);
    let sessions: Vec<_> = (0..SESSIONS).map(|_| college.another_session(State::Active).id).collect();
    let class = Class::of(Plan::new(kind), college).await;
    let policy = make(&class.admin(), CreatePolicyRequest { is_shadow: true, ..for_college(rules(&[&[Code]])) }).await;
    let student = class.student(0);
    let here = class.college.north(0.0);
    let check_ins = stream::iter(&sessions).map(async |session| {
        let code = class.code_of(*session).await.code;
        student.check_ins().check_in(request(*session, &code, here)).await.answer();
    });
    check_ins.buffer_unordered(16).collect::<()>().await;
    let attempts = stream::iter(0..ATTEMPTS).map(async |_| {
        student.check_ins().check_in(request(class.session_id(), "nonsense", here)).await.refused();
    });
    attempts.buffer_unordered(16).collect::<()>().await;

    let day = day(&class);
    let response = compare(&class, &policy.id, day.pred_opt().expect("a day"), day).await;
    let told: Vec<_> = response.cells.iter().map(|cell| (cell.enforced(), cell.would_be(), cell.count)).collect();
    let count = |number: usize| i32::try_from(number).expect("a count");
    assert_eq!(told, [(Outcome::Accepted, Outcome::Accepted, count(SESSIONS)), (REFUSED, REFUSED, count(ATTEMPTS))]);
}

/// Three come after one minute, six and sixteen; the session gives ten.
async fn tells_who_would_be_late(kind: Kind) {
    let class = Class::open(kind, 3).await;
    class.check_in(0).await;
    for (student, seconds) in [(1, 300), (2, 600)] {
        class.world.advance(seconds).await;
        class.check_in(student).await;
    }
    let day = day(&class);
    for (grace, late) in [(None, 1), (Some(0), 3), (Some(200), 2), (Some(900), 1), (Some(3600), 0)] {
        let rules = PolicyRules { late_grace_seconds: grace, ..rules(&[&[Code]]) };
        let scope = CreatePolicyRequest { is_shadow: true, ..for_college(rules) };
        let made = make(&class.admin(), scope).await;
        let response = compare(&class, &made.id, day, day).await;
        assert_eq!((response.late, response.would_be_late), (1, late), "{grace:?}");
        let gone = rollcall_proto::v1::DeletePolicyRequest { id: made.id };
        class.admin().policies().delete_policy(gone).await.answer();
    }
}
