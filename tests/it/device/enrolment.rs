//! Nobody enrols a key that they do not hold, and everybody has one.

use rollcall_proto::v1::{
    DeviceAttestation, EnrolDeviceRequest, EnrolledDevice, ListMyNotificationsRequest,
    enrolled_device::{Algorithm, Platform, State},
    notification,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::College,
    device::{Phone, nonce},
    in_every_world, on_both_stores, on_postgres, until,
    world::Plan,
};
use serde_json::json;
use tonic::Code;

use super::{list, states};

in_every_world!(the_first_key_is_active_at_once);
on_both_stores!(
    the_person_is_told,
    takes_no_key_that_is_not_held,
    takes_no_rubbish,
    speaks_for_one_person,
    forgets_what_was_revoked_long_ago
);
on_postgres!(takes_nonces_of_every_replica, of_many_at_once_one_is_active);

async fn the_first_key_is_active_at_once(kind: Kind) {
    let class = Class::open(kind, 2).await;
    for (student, phone) in [Phone::new("phone-a"), Phone::with_p256("phone-b")].iter().enumerate() {
        let actor = class.student(student);
        let request = EnrolDeviceRequest {
            attestation: Some(DeviceAttestation { platform: Platform::Android.into(), token: "x".repeat(8192) }),
            ..phone.enrolment(&actor).await
        };
        let device = actor.devices().enrol_device(request.clone()).await.answer();
        let expected = EnrolledDevice {
            id: device.id.clone(),
            user_id: actor.user().id.to_string(),
            name: "My phone".to_owned(),
            device_id: phone.device_id.clone(),
            algorithm: phone.algorithm().into(),
            public_key: phone.public_key(),
            platform: Platform::Android.into(),
            has_attestation: true,
            state: State::Active.into(),
            created_at: device.created_at,
            active_from: device.created_at,
            revoked_at: None,
            approved_by: String::new(),
        };
        assert_eq!(device, expected);
        assert_eq!(list(&actor).await, std::slice::from_ref(&device));
        // The answer was lost, and the same is sent again.
        assert_eq!(actor.devices().enrol_device(request).await.answer(), device);
        assert_eq!(phone.enrol(&actor).await, device, "with another nonce too");
    }
    let over_rest = class.student(0).rest().get("/api/v1/users/me/devices").await.answer();
    assert_eq!(
        (&over_rest["devices"][0]["state"], over_rest["devices"].as_array().map(Vec::len)),
        (&json!("ACTIVE"), Some(1))
    );
}

/// In the list, and by its kind; what is told of a further one says from when on it counts.
async fn the_person_is_told(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let actor = class.student(0);
    let phone = Phone::new("first");
    let first = phone.enrol(&actor).await;
    phone.enrol(&actor).await;
    Phone::new("second").enrol(&actor).await;
    let told = until("both are told", async || {
        let request = ListMyNotificationsRequest::default();
        let told = actor.notifications().list_my_notifications(request).await.answer().notifications;
        (told.len() >= 2).then_some(told)
    })
    .await;
    assert_eq!(told.len(), 2, "the same key again is no news: {told:?}");
    assert!(told.iter().all(|told| told.kind() == notification::Kind::DeviceEnrolled && told.session_id.is_empty()));
    // They are spread at once, and either may come first.
    let (at_once, later): (Vec<_>, Vec<_>) = told.into_iter().partition(|told| told.created_at == first.created_at);
    assert!(at_once[0].body.contains("“My phone”") && at_once[0].body.contains("active now"), "{at_once:?}");
    assert!(later[0].body.contains("replace") && later[0].body.contains("(Asia/Kolkata)"), "{later:?}");
}

async fn takes_no_key_that_is_not_held(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let (actor, other) = (class.student(0), class.student(1));
    let (phone, another) = (Phone::new("phone"), Phone::with_p256("another"));
    let good = phone.enrolment(&actor).await;
    let of_another = phone.enrolment(&other).await;
    let flipped = |mut bytes: Vec<u8>, place: usize| {
        bytes[place] ^= 1;
        bytes
    };
    let table = [
        (
            "another key",
            EnrolDeviceRequest { public_key: Phone::new("x").public_key(), ..good.clone() },
            "SIGNATURE_WRONG",
        ),
        (
            "another signature",
            EnrolDeviceRequest { proof: another.sign(b"anything"), ..good.clone() },
            "SIGNATURE_WRONG",
        ),
        (
            "a changed one",
            EnrolDeviceRequest { proof: flipped(good.proof.clone(), 63), ..good.clone() },
            "SIGNATURE_WRONG",
        ),
        ("another person's", of_another.clone(), "NONCE_INVALID"),
        ("her own nonce to it", EnrolDeviceRequest { nonce: good.nonce.clone(), ..of_another }, "SIGNATURE_WRONG"),
        (
            "a made-up nonce",
            EnrolDeviceRequest { nonce: flipped(good.nonce.clone(), 0), ..good.clone() },
            "NONCE_INVALID",
        ),
        (
            "a later nonce",
            EnrolDeviceRequest { nonce: flipped(good.nonce.clone(), 20), ..good.clone() },
            "NONCE_INVALID",
        ),
    ];
    for (what, request, cause) in table {
        let refusal = actor.devices().enrol_device(request).await.refused();
        assert_eq!(refusal.kind(), (Code::FailedPrecondition, "DEVICE_NOT_PROVEN"), "{what}");
        assert_eq!(refusal.told("cause"), cause, "{what}");
    }
    class.world.advance(61).await;
    let refusal = actor.devices().enrol_device(good).await.refused();
    assert_eq!((refusal.reason.as_str(), refusal.told("cause")), ("DEVICE_NOT_PROVEN", "NONCE_EXPIRED"));
    assert!(list(&actor).await.is_empty());
}

async fn takes_no_rubbish(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let actor = class.student(0);
    let phone = Phone::with_p256("phone");
    let good = phone.enrolment(&actor).await;
    let compressed = [&[2], &phone.public_key()[1..33]].concat();
    let off_the_curve = [&[4], [1; 64].as_slice()].concat();
    let mut weak = vec![0; 32];
    weak[0] = 1;
    let ed25519 = i32::from(Algorithm::Ed25519);
    let table = [
        ("public_key", EnrolDeviceRequest { public_key: vec![], ..good.clone() }),
        ("public_key", EnrolDeviceRequest { public_key: vec![4; 66], ..good.clone() }),
        ("public_key", EnrolDeviceRequest { public_key: compressed, ..good.clone() }),
        ("public_key", EnrolDeviceRequest { algorithm: ed25519, ..good.clone() }),
        // A key under which anybody's signature holds.
        ("public_key", EnrolDeviceRequest { algorithm: ed25519, public_key: weak, ..good.clone() }),
        ("algorithm", EnrolDeviceRequest { algorithm: 0, ..good.clone() }),
        ("algorithm", EnrolDeviceRequest { algorithm: 7, ..good.clone() }),
        ("nonce", EnrolDeviceRequest { nonce: vec![0; 39], ..good.clone() }),
        ("proof", EnrolDeviceRequest { proof: vec![0; 65], ..good.clone() }),
        ("device_id", EnrolDeviceRequest { device_id: "x".repeat(129), ..good.clone() }),
        ("name", EnrolDeviceRequest { name: "a\0b".to_owned(), ..good.clone() }),
        (
            "attestation.token",
            EnrolDeviceRequest {
                attestation: Some(DeviceAttestation { token: "x".repeat(8193), ..DeviceAttestation::default() }),
                ..good.clone()
            },
        ),
    ];
    for (field, request) in table {
        let refusal = actor.devices().enrol_device(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{field}");
        assert_eq!(refusal.violations[0].0, field);
    }
    let request = EnrolDeviceRequest { public_key: off_the_curve, ..good };
    assert_eq!(actor.devices().enrol_device(request).await.refused().reason, "DEVICE_NOT_PROVEN");
    assert!(list(&actor).await.is_empty());
}

async fn speaks_for_one_person(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let phone = Phone::new("phone");
    phone.enrol(&class.student(0)).await;
    let other = class.student(1);
    let refusal = other.devices().enrol_device(phone.enrolment(&other).await).await.refused();
    assert_eq!(refusal.kind(), (Code::AlreadyExists, "ALREADY_EXISTS"));
    assert_eq!(refusal.told("field"), "public_key");
    assert!(list(&other).await.is_empty());
}

async fn forgets_what_was_revoked_long_ago(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let actor = class.student(0);
    for _ in 0..25 {
        Phone::new("phone").enrol(&actor).await;
    }
    // The first is active, the last waits, and of the others the newest are kept.
    let states = states(&actor).await;
    assert_eq!((states[0], states[states.len() - 1]), (State::Pending, State::Active));
    assert!(states[1..states.len() - 1].iter().all(|state| *state == State::Revoked));
    assert!((22..=23).contains(&states.len()), "{}", states.len());
}

async fn takes_nonces_of_every_replica(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 1)).await;
    let (actor, phone) = (class.student(0), Phone::new("phone"));
    let request = phone.enrolment(&actor).await;
    let device = actor.at(1).devices().enrol_device(request).await.answer();
    assert_eq!(list(&actor).await, [device]);
    assert_ne!(nonce(&actor).await.nonce, nonce(&actor).await.nonce);
}

/// The first ones of a person, at once, on two replicas: one is active, and one waits.
async fn of_many_at_once_one_is_active(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 1)).await;
    let racers = (0..16).map(|number| {
        let actor = class.student(0).at(number % 2);
        async move { Phone::new(&format!("phone-{number}")).enrol(&actor).await.state() }
    });
    let told = futures_util::future::join_all(racers).await;
    assert_eq!(told.iter().filter(|state| **state == State::Active).count(), 1, "{told:?}");
    let states = states(&class.student(0)).await;
    for state in [State::Active, State::Pending] {
        assert_eq!(states.iter().filter(|other| **other == state).count(), 1, "{states:?}");
    }
}
