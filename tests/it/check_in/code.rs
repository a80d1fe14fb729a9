//! What the code on the wall must be.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rollcall_proto::v1::{CheckInRequest, VerifyCodeRequest};
use rollcall_tests::{
    Answer as _, Class, Kind,
    class::request,
    college::College,
    in_every_world,
    record::{known, present},
    seed::State,
    world::Plan,
};
use tonic::Code;
use uuid::Uuid;

in_every_world!(
    is_accepted_one_step_longer,
    must_not_be_of_a_step_to_come,
    must_be_of_this_session,
    must_be_whole,
    must_be_there
);

const INTERVAL: i64 = 25;

async fn is_accepted_one_step_longer(kind: Kind) {
    let class = Class::open(kind, 2).await;
    class.world.align(INTERVAL).await;
    let shown = class.request().await;

    class.world.advance(INTERVAL).await;
    assert_ne!(class.code().await.code, shown.qr_code);
    let record = class.student(0).check_ins().check_in(shown.clone()).await.answer();
    assert_eq!(known(record), present(class.session_id(), class.college.students[0].id));

    class.world.advance(INTERVAL).await;
    let later = CheckInRequest { check_in_id: Uuid::now_v7().to_string(), ..shown };
    let refusal = class.student(1).check_ins().check_in(later).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "CODE_EXPIRED"));
    assert_eq!(refusal.metadata.keys().collect::<Vec<_>>(), ["age_seconds"]);
    let age: i64 = refusal.told("age_seconds").parse().expect("a number");
    assert!((2 * INTERVAL..3 * INTERVAL).contains(&age), "{age}");
    assert_eq!(class.records().await.len(), 1);
}

async fn must_not_be_of_a_step_to_come(kind: Kind) {
    let class = Class::open(kind, 1).await;
    class.world.align(INTERVAL).await;
    class.world.advance(INTERVAL).await;
    let to_come = class.request().await;
    class.world.advance(-INTERVAL).await;

    let refusal = class.student(0).check_ins().check_in(to_come.clone()).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "CODE_INVALID"));
    assert_eq!(class.records().await, []);

    // Its time comes, and the same code is good: only the step was wrong.
    class.world.advance(INTERVAL).await;
    class.student(0).check_ins().check_in(to_come).await.answer();
}

async fn must_be_of_this_session(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let other = college.another_session(State::Active);
    let class = Class::of(Plan::new(kind), college).await;
    let code = class.code_of(other.id).await.code;
    let wrong = request(class.session_id(), &code, class.college.north(0.0));
    let refusal = class.student(0).check_ins().check_in(wrong).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "CODE_INVALID"));
    assert_eq!(class.records().await, []);
    assert_eq!(class.records_of(other.id).await, []);
}

async fn must_be_whole(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let code = class.code().await.code;
    let bytes = URL_SAFE_NO_PAD.decode(code.strip_prefix("R1").expect("the version")).expect("base64");
    assert_eq!(bytes.len(), 36);
    assert_eq!(bytes[..16], class.session_id().into_bytes());

    let mut forged: BTreeSet<String> = (0..bytes.len() * 8)
        .map(|bit| {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            format!("R1{}", URL_SAFE_NO_PAD.encode(bytes))
        })
        .collect();
    forged.extend([
        code[..code.len() - 1].to_owned(),
        format!("{code}A"),
        format!("{code}="),
        format!("R2{}", &code[2..]),
        code[2..].to_owned(),
        code.to_lowercase(),
        "nonsense".to_owned(),
        "R1".to_owned(),
        "ü".repeat(50),
    ]);
    let session_id = Some(class.session_id().to_string());
    let mut codes = class.student(0).codes();
    for code in &forged {
        let request =
            VerifyCodeRequest { code: code.clone(), session_id: session_id.clone(), ..VerifyCodeRequest::default() };
        let refusal = codes.verify_code(request).await.refused();
        assert_eq!(refusal.kind(), (Code::FailedPrecondition, "CODE_INVALID"), "{code}");
    }
    // The check-in itself asks the same question: some of each part of the code show that.
    for code in forged.iter().step_by(forged.len() / 6) {
        let wrong = request(class.session_id(), code, class.college.north(0.0));
        let refusal = class.student(0).check_ins().check_in(wrong).await.refused();
        assert_eq!(refusal.kind(), (Code::FailedPrecondition, "CODE_INVALID"), "{code}");
    }
    assert_eq!(class.records().await, []);
    class.check_in(0).await;
}

async fn must_be_there(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let without = CheckInRequest { qr_code: String::new(), ..class.request().await };
    let refusal = class.student(0).check_ins().check_in(without).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "MORE_EVIDENCE_NEEDED"));
    assert_eq!(refusal.told("factors"), "CODE");
    assert_eq!(class.records().await, []);
}
