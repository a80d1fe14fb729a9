//! Which policy applies, and what it makes of a check-in.

use rollcall_proto::v1::{
    CheckInRequest, CreatePolicyRequest, DeletePolicyRequest, Position, SessionPolicy,
    attendance_record::{Flag, Review, Status},
    evidence::Factor::{self, AccessPoints, Code, Device, Geofence},
    policy::Scope,
    policy_rules::Uncertain,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::College,
    in_every_world,
    record::{known, present},
    seed::{SeedTimetable, State},
    world::Plan,
};
use tonic::Code as Grpc;
use uuid::Uuid;

use super::{change_to, default_rules, for_college, make, of_session, policy_for, rules};

in_every_world!(
    the_default_applies_where_nobody_said_anything,
    the_narrowest_applies,
    a_change_is_a_new_version_that_records_name,
    a_code_alone_needs_no_position,
    nobody_learns_of_a_fence_without_the_code,
    a_doubt_is_asked_about,
    a_flag_is_refused_where_the_policy_says_so,
    a_policy_has_its_own_grace,
    a_shadow_decides_nothing
);

/// A check-in that will be accepted by the default, but at a position of its own.
async fn at(class: &Class, position: Option<Position>) -> CheckInRequest {
    CheckInRequest { position, ..class.request().await }
}

/// A position on the fence's edge, of which nobody can tell.
fn unsure(class: &Class) -> Option<Position> {
    Some(Position { accuracy_meters: Some(10.0), ..class.college.north(50.0) })
}

async fn the_default_applies_where_nobody_said_anything(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let expected = SessionPolicy {
        session_id: class.session_id().to_string(),
        rules: Some(default_rules()),
        policy_id: String::new(),
        version: 0,
    };
    for actor in [class.student(0), class.teacher(), class.admin()] {
        assert_eq!(of_session(&actor, class.session_id()).await, expected);
        let told = actor.rest().get(&format!("/api/v1/sessions/{}/policy", class.session_id())).await.answer();
        assert_eq!(told["rules"]["requirements"][0]["factors"], serde_json::json!(["CODE", "OTP"]));
    }
    let refusal = class.student(0).check_ins().check_in(at(&class, None).await).await.refused();
    assert_eq!(refusal.kind(), (Grpc::FailedPrecondition, "MORE_EVIDENCE_NEEDED"));
    let record = class.check_in(0).await;
    assert_eq!(known(record), present(class.session_id(), class.college.students[0].id));
}

async fn the_narrowest_applies(kind: Kind) {
    let mut college = College::new("riverside", 4);
    let slot = SeedTimetable {
        id: Uuid::now_v7(),
        college_id: college.college.id,
        division_id: college.division.id,
        location_id: college.location.id,
        teacher_id: college.teacher.id,
        subject: "Rust".to_owned(),
        day_of_week: 1,
        start_time: "06:00".to_owned(),
        end_time: "06:45".to_owned(),
        valid_from: None,
        valid_to: None,
    };
    college.more.timetables.push(slot.clone());
    college.session.timetable_id = Some(slot.id);
    let other_session = college.another_session(State::Scheduled);
    let class = Class::of(Plan::new(kind), college).await;
    let (admin, session) = (class.admin(), class.session_id());
    // Of something else: they never apply here.
    make(&admin, policy_for(Scope::Division, Some(class.college.other_division.id), rules(&[&[Device]]))).await;
    make(&admin, policy_for(Scope::Session, Some(other_session.id), rules(&[&[Device]]))).await;

    let scopes = [
        (Scope::College, None),
        (Scope::Division, Some(class.college.division.id)),
        (Scope::Timetable, Some(slot.id)),
        (Scope::Session, Some(session)),
    ];
    let mut made = Vec::new();
    for (number, (scope, id)) in (0..).zip(scopes) {
        let mut own = rules(&[&[Code]]);
        own.late_grace_seconds = Some(1_000 + number);
        let policy = make(&admin, policy_for(scope, id, own.clone())).await;
        let expected = SessionPolicy {
            session_id: session.to_string(),
            rules: Some(own),
            policy_id: policy.id.clone(),
            version: 1,
        };
        assert_eq!(of_session(&class.student(0), session).await, expected, "{scope:?}");
        let student = usize::try_from(number).expect("a number");
        let record = class.student(student).check_ins().check_in(at(&class, None).await).await.answer();
        assert_eq!((&record.policy_id, record.policy_version), (&policy.id, 1), "{scope:?}");
        made.push(policy);
    }
    // After each is gone the next wider one applies again.
    while let Some(gone) = made.pop() {
        admin.policies().delete_policy(DeletePolicyRequest { id: gone.id }).await.answer();
        let told = of_session(&class.student(0), session).await;
        assert_eq!(told.policy_id, made.last().map(|policy| policy.id.clone()).unwrap_or_default());
    }
    assert_eq!(of_session(&class.student(0), session).await.rules, Some(default_rules()));
}

async fn a_change_is_a_new_version_that_records_name(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let admin = class.admin();
    let policy = make(&admin, for_college(rules(&[&[Code]]))).await;
    let first = class.student(0).check_ins().check_in(at(&class, None).await).await.answer();
    let changed = admin.policies().update_policy(change_to(&policy.id, rules(&[&[Code], &[Geofence]]))).await.answer();
    assert_eq!((&changed.id, changed.version), (&policy.id, 2));
    let refusal = class.student(1).check_ins().check_in(at(&class, None).await).await.refused();
    assert_eq!(refusal.kind(), (Grpc::FailedPrecondition, "MORE_EVIDENCE_NEEDED"));
    assert_eq!(refusal.told("factors"), "GEOFENCE");
    let second = class.check_in(1).await;
    for (record, version) in [(first, 1), (second, 2)] {
        assert_eq!((record.policy_id.as_str(), record.policy_version), (policy.id.as_str(), version));
        assert!(class.records().await.contains(&record), "it is kept as it was answered");
    }
    let rows = class.world.rows().await;
    let query =
        "SELECT COUNT(*) AS n FROM check_in_attempts WHERE policy_version = 2 AND reason = 'MORE_EVIDENCE_NEEDED'";
    assert_eq!(rows.number(query).await, 1, "an attempt names the version too");
}

async fn a_code_alone_needs_no_position(kind: Kind) {
    let class = Class::open(kind, 2).await;
    make(&class.admin(), for_college(rules(&[&[Code]]))).await;
    let record = class.student(0).check_ins().check_in(at(&class, None).await).await.answer();
    assert_eq!((record.status(), record.review()), (Status::Present, Review::Unspecified));
    // A position that is not asked for changes nothing, wherever it is.
    let far = at(&class, Some(class.college.north(5_000.0))).await;
    let record = class.student(1).check_ins().check_in(far).await.answer();
    assert_eq!((record.status(), record.flags.len()), (Status::Present, 0));
}

async fn nobody_learns_of_a_fence_without_the_code(kind: Kind) {
    let class = Class::open(kind, 1).await;
    make(&class.admin(), for_college(rules(&[&[Code], &[Geofence]]))).await;
    let student = class.student(0);
    for meters in [0.0, 5_000.0] {
        let position = Some(class.college.north(meters));
        let request = CheckInRequest { qr_code: String::new(), ..at(&class, position).await };
        let refusal = student.check_ins().check_in(request).await.refused();
        assert_eq!(refusal.kind(), (Grpc::FailedPrecondition, "MORE_EVIDENCE_NEEDED"), "{meters}");
        assert_eq!((refusal.told("factors"), refusal.told("alternatives")), ("CODE", "CODE"), "{meters}");
    }
    let refusal = student.check_ins().check_in(at(&class, Some(class.college.north(5_000.0))).await).await.refused();
    assert_eq!(refusal.kind(), (Grpc::FailedPrecondition, "OUTSIDE_GEOFENCE"));
    class.check_in(0).await;
}

async fn a_doubt_is_asked_about(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let flagged = class.student(0).check_ins().check_in(at(&class, unsure(&class)).await).await.answer();
    assert_eq!((flagged.flags.as_slice(), flagged.review()), (&[Flag::Uncertain.into()][..], Review::Open));
    let mut ask = rules(&[&[Code], &[Geofence, AccessPoints]]);
    ask.uncertain = Uncertain::AskForMore.into();
    ask.settled_by = vec![Device.into()];
    make(&class.admin(), for_college(ask)).await;
    let student = class.student(1);
    let refusal = student.check_ins().check_in(at(&class, unsure(&class)).await).await.refused();
    assert_eq!(refusal.kind(), (Grpc::FailedPrecondition, "MORE_EVIDENCE_NEEDED"));
    assert_eq!((refusal.told("factors"), refusal.told("alternatives")), ("ACCESS_POINTS", "ACCESS_POINTS|DEVICE"));
    let record = class.check_in(1).await;
    assert_eq!((record.status(), record.flags.len()), (Status::Present, 0), "a better position leaves no doubt");
}

async fn a_flag_is_refused_where_the_policy_says_so(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let mocked = Some(Position { mocked: true, ..class.college.north(0.0) });
    let record = class.student(0).check_ins().check_in(at(&class, mocked).await).await.answer();
    assert_eq!((record.flags.as_slice(), record.review()), (&[Flag::MockedPosition.into()][..], Review::Open));
    let mut strict = default_rules();
    strict.refused_flags = vec![Flag::MockedPosition.into()];
    make(&class.admin(), for_college(strict)).await;
    let refusal = class.student(1).check_ins().check_in(at(&class, mocked).await).await.refused();
    assert_eq!(refusal.kind(), (Grpc::FailedPrecondition, "CHECK_IN_REFUSED"));
    assert_eq!(refusal.told("flag"), "MOCKED_POSITION");
    assert_eq!(class.records().await.len(), 1);
    class.check_in(1).await;
}

async fn a_policy_has_its_own_grace(kind: Kind) {
    let class = Class::open(kind, 2).await;
    assert_eq!(class.check_in(0).await.status(), Status::Present);
    let mut short = default_rules();
    short.late_grace_seconds = Some(10);
    make(&class.admin(), for_college(short)).await;
    // The session began a minute ago.
    let record = class.check_in(1).await;
    assert_eq!(record.status(), Status::Late);
    assert!(record.late_by_seconds >= 60, "{record:?}");
}

async fn a_shadow_decides_nothing(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let admin = class.admin();
    let shadow = |rules| CreatePolicyRequest { is_shadow: true, ..for_college(rules) };
    let wanted: &[&[Factor]] = &[&[Code], &[Geofence], &[Device]];
    make(&admin, shadow(rules(wanted))).await;
    assert_eq!(of_session(&class.student(0), class.session_id()).await.rules, Some(default_rules()));
    let record = class.check_in(0).await;
    assert_eq!(known(record), present(class.session_id(), class.college.students[0].id));
    // Beside one that decides.
    let policy = make(&admin, for_college(rules(&[&[Code]]))).await;
    let record = class.student(1).check_ins().check_in(at(&class, None).await).await.answer();
    assert_eq!((record.policy_id, record.policy_version), (policy.id, 1));
}
