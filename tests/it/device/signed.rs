//! What a signature says of a check-in.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use rollcall_proto::v1::{
    CheckInRequest, Device, ListMyDevicesRequest, RevokeDeviceRequest, attendance_record::Flag, evidence::Verdict,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::College,
    device::{Phone, named, nonce},
    in_every_world, on_both_stores, on_postgres,
    record::timestamp,
    world::Plan,
};
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use super::{require, verdict};

in_every_world!(ones_own_device_signs);
on_both_stores!(
    what_does_not_hold_is_refused_where_it_is_required,
    nobody_else_signs,
    a_revoked_key_is_of_no_use,
    a_key_in_its_cool_down_shows_nothing,
    another_device_is_looked_at,
    rubbish_is_refused,
);
on_postgres!(is_verified_by_every_replica);

async fn ones_own_device_signs(kind: Kind) {
    let class = Class::open(kind, 3).await;
    require(&class).await;
    for (number, phone) in [Phone::new("phone-a"), Phone::with_p256("phone-b")].iter().enumerate() {
        let actor = class.student(number);
        let key = phone.enrol(&actor).await;
        let plain = class.request().await;
        let refusal = actor.check_ins().check_in(named(&phone.device_id, plain.clone())).await.refused();
        assert_eq!((refusal.reason.as_str(), refusal.told("factors")), ("MORE_EVIDENCE_NEEDED", "DEVICE"));
        let signed = phone.signed(&actor, &key.id, plain, class.world.clock().now()).await;
        let record = actor.check_ins().check_in(signed.clone()).await.answer();
        assert_eq!((verdict(&record), record.flags.len()), (Some(Verdict::Passed), 0), "{record:?}");
        assert!(actor.check_ins().check_in(signed).await.answer().replayed);
    }
    // Where nothing is known of the place, that is what is signed.
    let (actor, phone) = (class.student(2), Phone::new("phone-c"));
    let key = phone.enrol(&actor).await;
    let plain = CheckInRequest { position: None, ..class.request().await };
    let signed = phone.signed(&actor, &key.id, plain, class.world.clock().now()).await;
    let refusal = actor.check_ins().check_in(signed).await.refused();
    assert_eq!((refusal.reason.as_str(), refusal.told("factors")), ("MORE_EVIDENCE_NEEDED", "GEOFENCE"));
    // Over REST bytes are base64.
    let now = class.world.clock().now();
    let signed = phone.signed(&actor, &key.id, class.request().await, now).await;
    let (device, position) = (signed.device.expect("a device"), signed.position.expect("a position"));
    let body = json!({
        "check_in_id": signed.check_in_id,
        "session_id": signed.session_id,
        "qr_code": signed.qr_code,
        "position": {
            "latitude": position.latitude,
            "longitude": position.longitude,
            "accuracy_meters": 5,
        },
        "device": {
            "device_id": device.device_id,
            "key_id": device.key_id,
            "nonce": STANDARD.encode(&device.nonce),
            "signed_at": now.to_rfc3339(),
            "signature": STANDARD.encode(&device.signature),
        },
    });
    let record = actor.rest().post("/api/v1/attendance/mark", &body).await.answer();
    let said = record["evidence"].as_array().expect("evidence").iter().find(|item| item["factor"] == "DEVICE");
    assert_eq!(said.expect("the device")["verdict"], "PASSED", "{record}");
}

async fn what_does_not_hold_is_refused_where_it_is_required(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (actor, phone) = (class.student(0), Phone::new("phone"));
    let key = phone.enrol(&actor).await;
    require(&class).await;
    let now = class.world.clock().now();
    let plain = class.request().await;
    let good = phone.signed(&actor, &key.id, plain.clone(), now).await;
    let with = |change: &dyn Fn(&mut Device)| {
        let mut request = good.clone();
        change(request.device.as_mut().expect("a device"));
        request
    };
    let table = [
        (
            "another check-in",
            CheckInRequest { check_in_id: Uuid::now_v7().to_string(), ..good.clone() },
            "SIGNATURE_WRONG",
        ),
        (
            "another place",
            CheckInRequest { position: Some(class.college.north(1.0)), ..good.clone() },
            "SIGNATURE_WRONG",
        ),
        (
            "another time",
            with(&|device| device.signed_at = Some(timestamp(now - TimeDelta::milliseconds(1)))),
            "SIGNATURE_WRONG",
        ),
        ("a changed signature", with(&|device| device.signature[0] ^= 1), "SIGNATURE_WRONG"),
        ("a made-up nonce", with(&|device| device.nonce[39] ^= 1), "NONCE_INVALID"),
    ];
    for (what, request, cause) in table {
        let refusal = actor.check_ins().check_in(request).await.refused();
        assert_eq!(refusal.kind(), (Code::FailedPrecondition, "DEVICE_NOT_PROVEN"), "{what}");
        assert_eq!(refusal.told("cause"), cause, "{what}");
    }
    let other_nonce = nonce(&actor).await;
    let refusal =
        actor.check_ins().check_in(with(&|device| device.nonce.clone_from(&other_nonce.nonce))).await.refused();
    assert_eq!(refusal.told("cause"), "SIGNATURE_WRONG");
    // The code that was scanned is signed too.
    class.world.advance(25).await;
    let newer = CheckInRequest { qr_code: class.code().await.code, ..good.clone() };
    assert_eq!(actor.check_ins().check_in(newer).await.refused().told("cause"), "SIGNATURE_WRONG");
    class.world.advance(36).await;
    let late = CheckInRequest { qr_code: class.code().await.code, ..plain };
    let old = phone.signed_with(&other_nonce, &key.id, late.clone(), now);
    assert_eq!(actor.check_ins().check_in(old).await.refused().told("cause"), "NONCE_EXPIRED");
    let fresh = phone.signed(&actor, &key.id, late, class.world.clock().now()).await;
    assert_eq!(verdict(&actor.check_ins().check_in(fresh).await.answer()), Some(Verdict::Passed));
}

/// What a friend's phone has signed for the friend, or signs for somebody else.
async fn nobody_else_signs(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let (actor, friend, phone) = (class.student(0), class.student(1), Phone::new("friend's"));
    let key = phone.enrol(&friend).await;
    let now = class.world.clock().now();
    let of_friend = phone.signed(&friend, &key.id, class.request().await, now).await;
    require(&class).await;
    // Her check-in, sent by somebody else: it names her key, and does not show that it is held.
    let refusal = actor.check_ins().check_in(of_friend.clone()).await.refused();
    assert_eq!((refusal.reason.as_str(), refusal.told("factors")), ("MORE_EVIDENCE_NEEDED", "DEVICE"));
    let record = friend.check_ins().check_in(of_friend).await.answer();
    assert_eq!(verdict(&record), Some(Verdict::Passed));
    let for_actor = phone.signed(&actor, &key.id, class.request().await, now).await;
    let refusal = actor.check_ins().check_in(for_actor).await.refused();
    assert_eq!((refusal.reason.as_str(), refusal.told("cause")), ("DEVICE_NOT_PROVEN", "OTHERS_KEY"));
}

async fn a_revoked_key_is_of_no_use(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (actor, phone) = (class.student(0), Phone::with_p256("phone"));
    let key = phone.enrol(&actor).await;
    actor.devices().revoke_device(RevokeDeviceRequest { id: key.id.clone() }).await.answer();
    let request = class.request().await;
    let signed = phone.signed(&actor, &key.id, request.clone(), class.world.clock().now()).await;
    // Not required, it is kept in the evidence and refuses nobody.
    let record = actor.check_ins().check_in(signed).await.answer();
    assert_eq!(verdict(&record), Some(Verdict::Failed));
    assert!(record.evidence.iter().any(|item| item.detail.contains("revoked")), "{record:?}");

    let class = Class::open(kind, 1).await;
    let (actor, phone) = (class.student(0), Phone::new("phone"));
    let key = phone.enrol(&actor).await;
    actor.devices().revoke_device(RevokeDeviceRequest { id: key.id.clone() }).await.answer();
    require(&class).await;
    let signed = phone.signed(&actor, &key.id, class.request().await, class.world.clock().now()).await;
    let refusal = actor.check_ins().check_in(signed).await.refused();
    assert_eq!((refusal.reason.as_str(), refusal.told("cause")), ("DEVICE_NOT_PROVEN", "KEY_REVOKED"));
}

async fn a_key_in_its_cool_down_shows_nothing(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (actor, old, new) = (class.student(0), Phone::new("old"), Phone::new("new"));
    old.enrol(&actor).await;
    let key = new.enrol(&actor).await;
    let sign = async || new.signed(&actor, &key.id, class.request().await, class.world.clock().now()).await;
    require(&class).await;
    let refusal = actor.check_ins().check_in(sign().await).await.refused();
    assert_eq!((refusal.reason.as_str(), refusal.told("factors")), ("MORE_EVIDENCE_NEEDED", "DEVICE"));
    // The device that is enrolled still does.
    let own = actor.devices().list_my_devices(ListMyDevicesRequest::default()).await.answer().devices;
    let active = own.iter().find(|device| device.id != key.id).expect("the old one").id.clone();
    let signed = old.signed(&actor, &active, class.request().await, class.world.clock().now()).await;
    let record = actor.check_ins().check_in(signed).await.answer();
    assert_eq!(verdict(&record), Some(Verdict::Passed));
}

async fn another_device_is_looked_at(kind: Kind) {
    let class = Class::open(kind, 4).await;
    let request = || async { CheckInRequest { check_in_id: Uuid::now_v7().to_string(), ..class.request().await } };
    let flags = |number: usize, request: CheckInRequest| {
        let actor = class.student(number);
        async move { actor.check_ins().check_in(request).await.answer().flags().collect::<Vec<_>>() }
    };
    // Whoever has enrolled nothing has no other device.
    assert_eq!(flags(0, named("any", request().await)).await, []);
    Phone::new("own-1").enrol(&class.student(1)).await;
    Phone::new("own-2").enrol(&class.student(2)).await;
    Phone::new("own-3").enrol(&class.student(3)).await;
    assert_eq!(flags(1, named("another", request().await)).await, [Flag::ForeignDevice]);
    assert_eq!(flags(2, named("own-2", request().await)).await, []);
    assert_eq!(flags(3, request().await).await, [], "it says nothing of its device");
}

async fn rubbish_is_refused(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (actor, phone) = (class.student(0), Phone::new("phone"));
    let key = phone.enrol(&actor).await;
    let now = class.world.clock().now();
    let good = phone.signed(&actor, &key.id, class.request().await, now).await;
    type Change = fn(&mut Device);
    let table: [(&str, Change); 8] = [
        ("device.key_id", |device| device.key_id = None),
        ("device.key_id", |device| device.key_id = Some("mine".to_owned())),
        ("device.nonce", |device| device.nonce.clear()),
        ("device.nonce", |device| device.nonce = vec![1; 41]),
        ("device.signed_at", |device| device.signed_at = None),
        ("device.signature", |device| device.signature.clear()),
        ("device.signature", |device| device.signature = vec![1; 63]),
        ("device.signature", |device| device.signature = vec![1; 65]),
    ];
    for (field, change) in table {
        let mut request = good.clone();
        change(request.device.as_mut().expect("a device"));
        let refusal = actor.check_ins().check_in(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{field}");
        assert_eq!(refusal.violations[0].0, field);
    }
    let ahead = phone.signed(&actor, &key.id, good.clone(), now + TimeDelta::seconds(180)).await;
    let refusal = actor.check_ins().check_in(ahead).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"));
    assert_eq!(refusal.violations[0].0, "device.signed_at");
    // A clock that is a little ahead, or behind by years, is forgiven: the nonce says when it was.
    let unknown = phone.signed(&actor, &Uuid::now_v7().to_string(), good, now - TimeDelta::days(3000)).await;
    let record = actor.check_ins().check_in(unknown).await.answer();
    assert_eq!(verdict(&record), Some(Verdict::Missing), "a key that nobody has");
}

async fn is_verified_by_every_replica(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 1)).await;
    let (actor, phone) = (class.student(0), Phone::new("phone"));
    let key = phone.enrol(&actor).await;
    let signed = phone.signed(&actor, &key.id, class.request().await, class.world.clock().now()).await;
    let record = actor.at(1).check_ins().check_in(signed).await.answer();
    assert_eq!(verdict(&record), Some(Verdict::Passed));
}
