//! What is worth nothing.

use rollcall_proto::v1::{
    CancelSessionRequest, Device, ErrorReason, HandInCheckInsRequest, OfflineCheckIn, RevokeDeviceRequest,
    attendance_record::{Flag, Status},
    policy::Scope,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    class::request,
    college::College,
    device::{Clocks, Phone, nonce},
    in_one_world, on_both_stores,
    seed::State,
    world::Plan,
};
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use super::{Held, hand_in, record, refusal};

on_both_stores!(
    needs_the_students_own_key,
    needs_a_session_of_the_students_that_ran,
    is_refused_where_the_college_or_a_policy_says_so,
);
in_one_world!(rubbish_is_refused_with_its_field);

async fn needs_the_students_own_key(kind: Kind) {
    use ErrorReason::DeviceNotProven;
    let class = Class::open(kind, 3).await;
    let held = Held::of(&class, 0).await;
    let friend = Held::of(&class, 1).await;
    class.world.advance(60).await;
    let good = held.sign(&class).await;
    // What a friend has signed for herself, and for somebody else.
    let refused = hand_in(&held.actor, vec![friend.sign(&class).await]).await;
    assert_eq!(refusal(&refused[0]), (DeviceNotProven, "KEY_UNKNOWN"));
    let clocks = Clocks::right(held.received_at, class.world.clock().now());
    let for_actor = friend.phone.signed_offline(&held.nonce, &friend.key_id, class.request().await, clocks);
    assert_eq!(refusal(&held.hand_in_one(&for_actor).await), (DeviceNotProven, "OTHERS_KEY"));
    // The nonce of somebody else, and none at all.
    let other = held.phone.signed_offline(&friend.nonce, &held.key_id, class.request().await, clocks);
    assert_eq!(refusal(&held.hand_in_one(&other).await), (DeviceNotProven, "NONCE_INVALID"));
    let unsigned = OfflineCheckIn { device: Some(Device::default()), ..good.clone() };
    assert_eq!(refusal(&held.hand_in_one(&unsigned).await), (DeviceNotProven, "UNSIGNED"));
    // A second phone, in its cool-down.
    let second = Phone::new("second");
    let key = second.enrol(&held.actor).await;
    let pending = second.signed_offline(&held.nonce, &key.id, class.request().await, clocks);
    assert_eq!(refusal(&held.hand_in_one(&pending).await), (DeviceNotProven, "KEY_PENDING"));
    // One bad entry never fails the others.
    let mut results = held.hand_in(vec![other, good.clone(), unsigned]).await;
    assert_eq!(record(results.remove(1)).status(), Status::Present);
    assert!(results.iter().all(|result| result.record.is_none()));

    // Between the signing and the handing in the key was revoked.
    let held = Held::of(&class, 2).await;
    class.world.advance(60).await;
    let entry = held.sign(&class).await;
    held.actor.devices().revoke_device(RevokeDeviceRequest { id: held.key_id.clone() }).await.answer();
    assert_eq!(refusal(&held.hand_in_one(&entry).await), (DeviceNotProven, "KEY_REVOKED"));
}

async fn needs_a_session_of_the_students_that_ran(kind: Kind) {
    let (mut college, mut foreign) = (College::new("riverside", 1), College::new("hillside", 1));
    let cancelled = college.another_session(State::Active).id;
    let (scheduled, active) = (college.another_session(State::Scheduled).id, college.another_session(State::Active).id);
    let theirs = foreign.another_session(State::Active);
    let class = Class { world: Plan::new(kind).start(&[&college, &foreign]).await, college };
    let held = Held::of(&class, 0).await;
    class.world.advance(60).await;
    let code = class.code().await.code;
    let of_cancelled = class.code_of(cancelled).await.code;
    let cancel = CancelSessionRequest { id: cancelled.to_string(), reason: "Rain".to_owned() };
    class.teacher().sessions().cancel_session(cancel).await.answer();
    let by_code = |entry: OfflineCheckIn| OfflineCheckIn { session_id: None, ..entry };
    let foreign_class = Class { world: class.world, college: foreign };
    let foreign_code = foreign_class.code_of(theirs.id).await.code;
    let class = Class { world: foreign_class.world, college: class.college };
    let here = || class.college.north(0.0);
    let table = [
        ("one that has not begun", held.sign_as(&class, request(scheduled, &code, here())), "SESSION_NOT_ACTIVE"),
        (
            "another session's code, while that runs too",
            held.sign_as(&class, request(active, &code, here())),
            "CODE_INVALID",
        ),
        ("a cancelled one", held.sign_as(&class, request(cancelled, &of_cancelled, here())), "SESSION_NOT_ACTIVE"),
        ("none", held.sign_as(&class, request(Uuid::now_v7(), &code, here())), "NOT_FOUND"),
        ("another college's", held.sign_as(&class, request(theirs.id, &foreign_code, here())), "NOT_FOUND"),
        (
            "another college's, by its code",
            by_code(held.sign_as(&class, request(theirs.id, &foreign_code, here()))),
            "CODE_INVALID",
        ),
        ("made-up text", held.sign_as(&class, request(class.session_id(), "no code", here())), "CODE_INVALID"),
        (
            "from outside",
            held.sign_as(&class, request(class.session_id(), &code, class.college.north(500.0))),
            "OUTSIDE_GEOFENCE",
        ),
    ];
    for (what, entry, reason) in &table {
        assert_eq!(refusal(&held.hand_in_one(entry).await).0.as_str_name(), *reason, "{what}");
    }
    // Whoever does not belong to it learns nothing of it.
    let actor = class.stranger();
    let phone = Phone::new("stranger's");
    let key_id = phone.enrol(&actor).await.id;
    let (nonce, received_at) = (nonce(&actor).await, class.world.clock().now());
    let held_by_stranger = Held { actor, phone, key_id, nonce, received_at };
    let entry = held_by_stranger.sign(&class).await;
    assert_eq!(refusal(&held_by_stranger.hand_in_one(&entry).await).0, ErrorReason::NotEnrolled);
    // The code names the session as well.
    let entry = by_code(held.sign(&class).await);
    assert_eq!(record(held.hand_in_one(&entry).await).session_id, class.session_id().to_string());
}

async fn is_refused_where_the_college_or_a_policy_says_so(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let held = Held::of(&class, 0).await;
    class.world.advance(60).await;
    let entry = held.sign(&class).await;
    let rest = class.admin().rest();
    let set = async |hours: i32| {
        let path = "/api/v1/college";
        let body = json!({"offline_window_hours": hours});
        rest.send(rest.request(http::Method::PATCH, path).json(&body)).await
    };
    assert_eq!(set(169).await.refused().kind(), (Code::InvalidArgument, "INVALID_FIELD"));
    assert_eq!(set(0).await.answer()["offline_window_hours"], 0);
    assert_eq!(refusal(&held.hand_in_one(&entry).await).0, ErrorReason::OfflineDisabled);
    assert_eq!(set(1).await.answer()["offline_window_hours"], 1);
    // Her phone was online before, so the same works now.
    assert_eq!(record(held.hand_in_one(&entry).await).status(), Status::Present);
    let other = Held::of(&class, 1).await;
    let entry = other.sign(&class).await;
    let policy = json!({
        "scope": Scope::Session.as_str_name(),
        "scope_id": class.session_id(),
        "rules": {
            "requirements": [{"factors": ["CODE"]}],
            "refused_flags": [Flag::Offline.as_str_name()],
        },
    });
    rest.post("/api/v1/policies", &policy).await.answer();
    let refused = other.hand_in_one(&entry).await;
    assert_eq!(refusal(&refused).0, ErrorReason::CheckInRefused);
    assert_eq!(refused.metadata["flag"], "OFFLINE");
}

async fn rubbish_is_refused_with_its_field(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let held = Held::of(&class, 0).await;
    let good = held.sign(&class).await;
    type Change = fn(&mut OfflineCheckIn);
    let table: [(&str, Change); 9] = [
        ("check_in_id", |entry| entry.check_in_id = "mine".to_owned()),
        ("session_id", |entry| (entry.session_id, entry.qr_code) = (None, "no code".to_owned())),
        ("nonce_received_at", |entry| entry.nonce_received_at = None),
        ("elapsed_ms", |entry| entry.elapsed_ms = None),
        ("elapsed_ms", |entry| entry.elapsed_ms = Some(-1)),
        ("elapsed_ms", |entry| entry.elapsed_ms = Some(i64::MAX)),
        ("device", |entry| entry.device = None),
        ("device.nonce", |entry| entry.device.as_mut().expect("a device").nonce.clear()),
        ("device.signature", |entry| entry.device.as_mut().expect("a device").signature = vec![1; 63]),
    ];
    for (field, change) in table {
        let mut bad = good.clone();
        change(&mut bad);
        let request = HandInCheckInsRequest { check_ins: vec![good.clone(), bad] };
        let refused = held.actor.offline().hand_in_check_ins(request).await.refused();
        assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{field}");
        assert_eq!(refused.violations[0].0, format!("check_ins[1].{field}"));
    }
    for count in [0, 51] {
        let request = HandInCheckInsRequest { check_ins: vec![good.clone(); count] };
        let refused = held.actor.offline().hand_in_check_ins(request).await.refused();
        assert_eq!((refused.reason.as_str(), refused.violations[0].0.as_str()), ("INVALID_FIELD", "check_ins"));
    }
    // Nothing of it was done; and of fifty all are.
    assert_eq!(class.records().await, []);
    let fifty = held.hand_in(vec![good; 50]).await;
    assert_eq!(fifty.iter().filter(|result| result.record.as_ref().is_some_and(|record| !record.replayed)).count(), 1);
}
