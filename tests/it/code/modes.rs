//! Codes that rotate as a policy says.

use chrono::TimeDelta;
use rollcall_proto::v1::{
    CheckInRequest, Code, CreatePolicyRequest, Policy, PolicyRules, VerifyCodeRequest, WatchCodesRequest,
    evidence::Factor,
    policy::Scope,
    policy_rules::{CodeMode, Requirement},
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    class::request,
    college::College,
    in_every_world, on_postgres,
    record::time,
    until::{soon, until},
    world::Plan,
};
use tonic::{Code as Status, Streaming};
use uuid::Uuid;

in_every_world!(
    strict_codes_live_for_fourteen_seconds,
    a_challenge_takes_three_codes,
    follow_a_policy_that_is_made_later
);
on_postgres!(are_those_of_every_replica);

/// A policy for the session: a code in this mode, and the fence.
async fn set(class: &Class, mode: CodeMode) -> Policy {
    let requirement = |factor: Factor| Requirement { factors: vec![factor.into()] };
    let policy = CreatePolicyRequest {
        scope: Scope::Session.into(),
        scope_id: Some(class.session_id().to_string()),
        rules: Some(PolicyRules {
            requirements: vec![requirement(Factor::Code), requirement(Factor::Geofence)],
            code_mode: mode.into(),
            ..PolicyRules::default()
        }),
        ..CreatePolicyRequest::default()
    };
    class.admin().policies().create_policy(policy).await.answer()
}

async fn watch(class: &Class) -> Streaming<Code> {
    let request = WatchCodesRequest {
        location_id: class.college.location.id.to_string(),
        session_id: Some(class.session_id().to_string()),
    };
    class.teacher().codes().watch_codes(request).await.answer()
}

async fn next(codes: &mut Streaming<Code>) -> Code {
    soon("a code comes", codes.message()).await.expect("no refusal").expect("a code")
}

/// What a camera sees before a screen.
async fn see(codes: &mut Streaming<Code>, how_many: usize) -> Vec<Code> {
    let mut seen = Vec::new();
    while seen.len() < how_many {
        seen.push(next(codes).await);
    }
    seen
}

fn texts(codes: &[Code]) -> Vec<String> {
    codes.iter().map(|code| code.code.clone()).collect()
}

fn check_in(class: &Class, codes: &[Code]) -> CheckInRequest {
    CheckInRequest { codes: texts(codes), ..request(class.session_id(), "", class.college.north(0.0)) }
}

async fn strict_codes_live_for_fourteen_seconds(kind: Kind) {
    let class = Class::open(kind, 3).await;
    set(&class, CodeMode::Strict).await;
    class.world.align(50).await;
    let shown = class.code().await;
    assert_eq!((&shown.code[..2], shown.refresh_interval_seconds), ("S1", 10));
    assert_eq!(time(shown.expires_at) - time(shown.issued_at), TimeDelta::seconds(10));
    let path = format!("/api/v1/qr/current/{}/image", class.college.location.id);
    let picture = class.teacher().rest().get(&path).await;
    assert_eq!(picture.status, 200);

    let with = |code: &str| request(class.session_id(), code, class.college.north(0.0));
    class.student(0).check_ins().check_in(with(&shown.code)).await.answer();
    // It is not shown any more, and was on its way.
    class.world.advance(11).await;
    let verified = VerifyCodeRequest { code: shown.code.clone(), ..VerifyCodeRequest::default() };
    let verified = class.student(1).codes().verify_code(verified).await.answer();
    assert_eq!(time(verified.accepted_until), time(shown.issued_at) + TimeDelta::seconds(14));
    class.student(1).check_ins().check_in(with(&shown.code)).await.answer();
    let newer = class.code().await;
    assert_eq!(newer.issued_at, shown.expires_at);
    class.world.advance(4).await;
    let refusal = class.student(2).check_ins().check_in(with(&shown.code)).await.refused();
    assert_eq!(refusal.kind(), (Status::FailedPrecondition, "CODE_EXPIRED"));
    // Of several the youngest counts.
    let both = check_in(&class, &[shown, newer]);
    class.student(2).check_ins().check_in(both).await.answer();
    // What it was worth is in the evidence.
    assert_eq!(class.records().await.len(), 3);
}

async fn a_challenge_takes_three_codes(kind: Kind) {
    let class = Class::open(kind, 3).await;
    set(&class, CodeMode::Challenge).await;
    let mut codes = watch(&class).await;
    let seen = see(&mut codes, 3).await;
    for pair in seen.windows(2) {
        assert_eq!((&pair[0].code[..2], pair[0].refresh_interval_seconds), ("C1", 1));
        assert_eq!(pair[1].issued_at, pair[0].expires_at, "none is left out");
    }
    let whole = check_in(&class, &seen);
    let record = class.student(0).check_ins().check_in(whole.clone()).await.answer();
    assert_eq!(record.evidence.len(), 2);

    let fewer = check_in(&class, &seen[1..]);
    let refusal = class.student(1).check_ins().check_in(fewer).await.refused();
    assert_eq!(refusal.kind(), (Status::FailedPrecondition, "MORE_EVIDENCE_NEEDED"));
    assert_eq!(refusal.told("factors"), "CODE");
    let one = VerifyCodeRequest { code: seen[2].code.clone(), ..VerifyCodeRequest::default() };
    let refusal = class.student(1).codes().verify_code(one.clone()).await.refused();
    assert_eq!(refusal.kind(), (Status::FailedPrecondition, "MORE_EVIDENCE_NEEDED"));
    // The same one three times is one; the picture's text may stand by itself.
    let same = check_in(&class, &[seen[2].clone(), seen[2].clone(), seen[2].clone()]);
    let refusal = class.student(1).check_ins().check_in(same).await.refused();
    assert_eq!(refusal.kind(), (Status::FailedPrecondition, "MORE_EVIDENCE_NEEDED"));
    let fresh = see(&mut codes, 3).await;
    let all = VerifyCodeRequest { codes: texts(&fresh[..2]), code: fresh[2].code.clone(), ..one };
    let verified = class.student(1).codes().verify_code(all).await.answer();
    assert_eq!(time(verified.accepted_until), time(fresh[2].issued_at) + TimeDelta::seconds(5));
    let split = CheckInRequest { qr_code: fresh[2].code.clone(), ..check_in(&class, &fresh[..2]) };
    class.student(1).check_ins().check_in(split).await.answer();

    // Whoever gets them from somebody else gets them too late.
    class.world.advance(6).await;
    let late = class.student(2).check_ins().check_in(check_in(&class, &fresh)).await.refused();
    assert_eq!(late.kind(), (Status::FailedPrecondition, "CODE_EXPIRED"));
    // A repeat of what was stored is not judged.
    assert!(class.student(0).check_ins().check_in(whole).await.answer().replayed);
    // More than eight are not taken.
    let many = CheckInRequest { codes: vec![seen[0].code.clone(); 9], ..check_in(&class, &[]) };
    let refusal = class.student(2).check_ins().check_in(many).await.refused();
    assert_eq!(refusal.kind(), (Status::InvalidArgument, "INVALID_FIELD"));
}

async fn follow_a_policy_that_is_made_later(kind: Kind) {
    let class = Class::open(kind, 1).await;
    class.world.align(50).await;
    let lenient = class.code().await;
    assert_eq!((&lenient.code[..2], lenient.refresh_interval_seconds), ("R1", 25));
    let mut codes = watch(&class).await;
    assert_eq!(next(&mut codes).await, lenient);
    set(&class, CodeMode::Challenge).await;
    // The screen that is on goes over by itself.
    let mut shown = next(&mut codes).await;
    while !shown.code.starts_with("C1") {
        shown = next(&mut codes).await;
    }
    until("what is shown follows", async || class.code().await.code.starts_with("C1").then_some(())).await;
    let old = request(class.session_id(), &lenient.code, class.college.north(0.0));
    let refusal = class.student(0).check_ins().check_in(old).await.refused();
    assert_eq!(refusal.kind(), (Status::FailedPrecondition, "CODE_EXPIRED"));
    let seen = see(&mut codes, 3).await;
    class.student(0).check_ins().check_in(check_in(&class, &seen)).await.answer();
}

async fn are_those_of_every_replica(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 2)).await;
    set(&class, CodeMode::Challenge).await;
    let mut codes = watch(&class).await;
    until("both replicas know", async || {
        let ask = rollcall_proto::v1::GetCurrentCodeRequest {
            location_id: class.college.location.id.to_string(),
            session_id: Some(class.session_id().to_string()),
        };
        let other = class.teacher().at(1).codes().get_current_code(ask).await.answer();
        other.code.starts_with("C1").then_some(())
    })
    .await;
    let seen = see(&mut codes, 4).await;
    for student in 0..2 {
        let mut request = check_in(&class, &seen[1..]);
        request.check_in_id = Uuid::now_v7().to_string();
        class.student(student).at(student).check_ins().check_in(request).await.answer();
    }
}
