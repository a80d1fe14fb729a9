//! What is decided about keys, from values alone.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    key,
    look::{Claim, Looked, Proof},
    nonce::Reading,
};
use crate::{
    entity::device::{Model, State},
    problem::{ErrorReason, Problem},
};

/// The keys of one person as they are now: when the time of a PENDING one has come, it has replaced the active one, and nobody had
/// to write that down.
pub fn settle(mut keys: Vec<Model>, now: DateTime<Utc>) -> Vec<Model> {
    let due = keys.iter().find(|key| key.state == State::Pending && key.active_from <= now).map(|key| key.active_from);
    let Some(since) = due else { return keys };
    for key in &mut keys {
        match key.state {
            State::Active => (key.state, key.revoked_at) = (State::Revoked, Some(since)),
            State::Pending => key.state = State::Active,
            State::Revoked => {}
        }
    }
    keys
}

/// How a new key begins. The first one that somebody enrols is active at once; each further one waits, also where the last one was
/// revoked: whoever has stolen a password must not be able to replace a device by revoking it.
pub fn beginning(has_enrolled: bool, cooldown_hours: i32, now: DateTime<Utc>) -> (State, DateTime<Utc>) {
    match has_enrolled && cooldown_hours > 0 {
        true => (State::Pending, now + TimeDelta::hours(cooldown_hours.into())),
        false => (State::Active, now),
    }
}

/// Whether a key can be approved: false where it is active already.
pub fn needs_approval(key: &Model) -> Result<bool, Problem> {
    match key.state {
        State::Pending => Ok(true),
        State::Active => Ok(false),
        State::Revoked => Err(Problem::new(
            ErrorReason::DeviceNotPending,
            "This key is revoked. The student has to enrol the device again.",
        )
        .with("state", "REVOKED")),
    }
}

/// What a check-in shows. `keys` are the student's that were not revoked, settled; `named` is the key that is said to have signed,
/// whoever's it is.
pub fn prove(keys: &[Model], named: Option<&Model>, claim: &Claim, message: &[u8], nonce: Reading) -> Looked {
    let active = keys.iter().find(|key| key.state == State::Active);
    let is_elsewhere = active.is_some_and(|key| {
        let sent = claim.device_id.as_deref().unwrap_or_default();
        !key.device_id.is_empty() && !sent.is_empty() && key.device_id != sent
    });
    let unproven = |proof| Looked { is_foreign: is_elsewhere, ..Looked::of(proof) };
    let Some(signed) = &claim.signed else { return unproven(Proof::Unsigned) };
    let Some(named) = named else { return unproven(Proof::KeyUnknown) };
    let own = keys.iter().find(|key| key.id == named.id);
    let is_own = own.is_some() || named.user_id == signed.student_id;
    let is_signed = key::verifies(named.algorithm, &named.public_key, message, &signed.signature);
    let nonce_age = match nonce {
        // Of somebody else's key nothing is told that its owner alone knows.
        _ if !is_own && !is_signed => return unproven(Proof::KeyUnknown),
        Reading::Invalid => return unproven(Proof::NonceInvalid),
        Reading::Expired { age } => return Looked { nonce_age: Some(age), ..unproven(Proof::NonceExpired) },
        Reading::Holds { age } => age,
    };
    if !is_signed {
        return Looked { nonce_age: Some(nonce_age), ..unproven(Proof::SignatureWrong) };
    }
    let key = own.unwrap_or(named);
    let (proof, is_foreign) = match key {
        _ if !is_own => (Proof::OthersKey, true),
        key => match key.state {
            State::Active => (Proof::Holds, false),
            State::Pending => (Proof::Pending { active_from: key.active_from }, true),
            State::Revoked => (Proof::Revoked, active.is_some()),
        },
    };
    let key_since = (proof == Proof::Holds).then_some(key.active_from);
    Looked { key_id: Some(named.id), nonce_age: Some(nonce_age), is_foreign, key_since, ..Looked::of(proof) }
}

/// The newest of those that were revoked are kept, so that what they sign is told apart from rubbish.
pub fn to_forget(mut revoked: Vec<Model>, keep: usize) -> Vec<Uuid> {
    revoked.sort_unstable_by_key(|key| std::cmp::Reverse(key.id));
    revoked.into_iter().skip(keep).map(|key| key.id).collect()
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
