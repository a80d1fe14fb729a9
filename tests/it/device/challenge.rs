//! Against live relay: one code, and the student's own device at once.

use rollcall_proto::v1::evidence::{Factor, Verdict};
use rollcall_proto::v1::policy_rules::CodeMode;
use rollcall_tests::{
    Answer as _, Class, Kind,
    device::{Phone, nonce},
    on_both_stores, until,
};

use super::policy;

on_both_stores!(is_answered_by_ones_own_device_at_once);

async fn is_answered_by_ones_own_device_at_once(kind: Kind) {
    let class = Class::open(kind, 3).await;
    policy(&class, &[Factor::Code, Factor::Geofence], CodeMode::Challenge).await;
    until("codes are a challenge", async || class.code().await.code.starts_with("C1").then_some(())).await;
    let mut phones = Vec::new();
    for number in 0..3 {
        let phone = Phone::new(&format!("phone-{number}"));
        let key = phone.enrol(&class.student(number)).await;
        phones.push((phone, key.id));
    }
    // One code alone is not enough.
    let refusal = class.student(0).check_ins().check_in(class.request().await).await.refused();
    assert_eq!((refusal.reason.as_str(), refusal.told("factors")), ("MORE_EVIDENCE_NEEDED", "CODE"));
    let (phone, key) = &phones[0];
    let signed = phone.signed(&class.student(0), key, class.request().await, class.world.clock().now()).await;
    let record = class.student(0).check_ins().check_in(signed).await.answer();
    let code = record.evidence.iter().find(|item| item.factor() == Factor::Code).expect("the code");
    assert_eq!(code.verdict(), Verdict::Passed, "{record:?}");

    // A nonce from before the code was there.
    let (phone, key) = &phones[1];
    let old = nonce(&class.student(1)).await;
    class.world.advance(6).await;
    let late = phone.signed_with(&old, key, class.request().await, class.world.clock().now());
    let refusal = class.student(1).check_ins().check_in(late).await.refused();
    assert_eq!((refusal.reason.as_str(), refusal.told("factors")), ("MORE_EVIDENCE_NEEDED", "CODE"));
    // An old code with a fresh nonce.
    let relayed = class.request().await;
    class.world.advance(6).await;
    let (phone, key) = &phones[2];
    let signed = phone.signed(&class.student(2), key, relayed, class.world.clock().now()).await;
    assert_eq!(class.student(2).check_ins().check_in(signed).await.refused().reason, "CODE_EXPIRED");
}
