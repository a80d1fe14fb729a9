use ed25519_dalek::{Signer as _, SigningKey};

use super::*;
use crate::{
    device::look::Signed,
    entity::device::{Algorithm, Platform},
};

const STUDENT: Uuid = Uuid::from_u128(3);
const OTHER: Uuid = Uuid::from_u128(4);
const MESSAGE: &[u8] = b"what is signed";

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a time") + TimeDelta::hours(hours)
}

fn private(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

fn key(number: u8, user_id: Uuid, state: State, active_from: i64) -> Model {
    Model {
        college_id: Uuid::from_u128(1),
        id: Uuid::from_u128(number.into()),
        user_id,
        name: String::new(),
        device_id: format!("phone-{number}"),
        algorithm: Algorithm::Ed25519,
        public_key: private(number).verifying_key().as_bytes().to_vec(),
        platform: Platform::Unknown,
        attestation: String::new(),
        state,
        active_from: at(active_from),
        approved_by: None,
        created_at: at(0),
        revoked_at: (state == State::Revoked).then(|| at(0)),
    }
}

#[test]
fn a_key_whose_time_has_come_replaces_the_active_one() {
    let keys = || vec![key(1, STUDENT, State::Active, 0), key(2, STUDENT, State::Pending, 48)];
    let states = |hour| settle(keys(), at(hour)).into_iter().map(|key| key.state).collect::<Vec<_>>();
    assert_eq!(states(47), [State::Active, State::Pending]);
    assert_eq!(states(48), [State::Revoked, State::Active]);
    assert_eq!(settle(keys(), at(99))[0].revoked_at, Some(at(48)));
    assert_eq!(settle(settle(keys(), at(49)), at(99)), settle(keys(), at(99)), "once is enough");
    let revoked = vec![key(1, STUDENT, State::Revoked, 0), key(2, STUDENT, State::Pending, 48)];
    assert_eq!(settle(revoked.clone(), at(1)), revoked);
}

#[test]
fn only_the_first_key_is_active_at_once() {
    let table = [
        (false, 48, State::Active, 0),
        (true, 48, State::Pending, 48),
        (true, 0, State::Active, 0),
        (false, 0, State::Active, 0),
    ];
    for (has_enrolled, cooldown, state, from) in table {
        assert_eq!(beginning(has_enrolled, cooldown, at(0)), (state, at(from)), "{has_enrolled} {cooldown}");
    }
}

#[test]
fn what_a_signature_shows() {
    let own = [key(1, STUDENT, State::Active, 0), key(2, STUDENT, State::Pending, 48)];
    let revoked = key(3, STUDENT, State::Revoked, 0);
    let others = key(4, OTHER, State::Active, 0);
    let fresh = Reading::Holds { age: TimeDelta::seconds(2) };
    let expired = Reading::Expired { age: TimeDelta::seconds(61) };
    let pending = Proof::Pending { active_from: at(48) };
    // (key that is named, key that signs, message, nonce, device, proof, is the signer known, is it foreign)
    let table = [
        (Some(&own[0]), 1, MESSAGE, fresh, "phone-1", Proof::Holds, true, false),
        // The key says more than the name that a client keeps.
        (Some(&own[0]), 1, MESSAGE, fresh, "phone-9", Proof::Holds, true, false),
        (Some(&own[0]), 1, b"another one".as_slice(), fresh, "phone-1", Proof::SignatureWrong, false, false),
        (Some(&own[0]), 4, MESSAGE, fresh, "phone-4", Proof::SignatureWrong, false, true),
        (Some(&own[0]), 1, MESSAGE, expired, "phone-1", Proof::NonceExpired, false, false),
        (Some(&own[0]), 1, MESSAGE, Reading::Invalid, "phone-1", Proof::NonceInvalid, false, false),
        (Some(&own[1]), 2, MESSAGE, fresh, "phone-2", pending, true, true),
        (Some(&revoked), 3, MESSAGE, fresh, "phone-3", Proof::Revoked, true, true),
        (Some(&others), 4, MESSAGE, fresh, "phone-4", Proof::OthersKey, true, true),
        // Whoever names a key and does not hold it learns nothing of it.
        (Some(&others), 1, MESSAGE, fresh, "phone-1", Proof::KeyUnknown, false, false),
        (Some(&others), 1, MESSAGE, expired, "phone-1", Proof::KeyUnknown, false, false),
        (None, 9, MESSAGE, fresh, "phone-9", Proof::KeyUnknown, false, true),
        (None, 9, MESSAGE, fresh, "phone-1", Proof::KeyUnknown, false, false),
        (None, 9, MESSAGE, fresh, "", Proof::KeyUnknown, false, false),
    ];
    for (named, signer, message, nonce, device, proof, is_known, is_foreign) in table {
        let claim = Claim {
            device_id: (!device.is_empty()).then(|| device.to_owned()),
            signed: Some(Signed {
                key_id: named.map_or(Uuid::nil(), |key| key.id),
                student_id: STUDENT,
                nonce: [0; 40],
                signed_at: at(0),
                qr_code: String::new(),
                signature: private(signer).sign(MESSAGE).to_bytes(),
                offline: None,
            }),
        };
        let looked = prove(&own, named, &claim, message, nonce);
        assert_eq!(
            (looked.proof, looked.key_id.is_some(), looked.is_foreign),
            (proof, is_known, is_foreign),
            "{device}"
        );
    }
    for (device, is_foreign) in [("phone-1", false), ("phone-2", true), ("", false)] {
        let claim = Claim { device_id: Some(device.to_owned()), signed: None };
        let looked = prove(&own, None, &claim, &[], Reading::Invalid);
        assert_eq!((looked.proof, looked.is_foreign), (Proof::Unsigned, is_foreign), "{device}");
        assert!(!prove(&[], None, &claim, &[], Reading::Invalid).is_foreign, "without a key nothing is foreign");
    }
}

#[test]
fn the_oldest_are_forgotten() {
    let revoked: Vec<Model> = (1..=5).map(|number| key(number, STUDENT, State::Revoked, 0)).collect();
    assert_eq!(to_forget(revoked.clone(), 3), [Uuid::from_u128(2), Uuid::from_u128(1)]);
    assert!(to_forget(revoked, 5).is_empty());
}
