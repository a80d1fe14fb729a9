//! What a check-in shows of the device that makes it: read the keys that can matter → decide. A check-in that says nothing of a
//! device costs nothing here, and one that is not signed costs nothing in a college where nobody has enrolled a key.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{key, nonce, rules, statement, store};
use crate::{problem::Problem, store::Store};

/// What a check-in says of its device.
#[derive(Clone, Debug, Default)]
pub struct Claim {
    /// The client's own name for it.
    pub device_id: Option<String>,
    pub signed: Option<Signed>,
}

/// What was signed, and by which key.
#[derive(Clone, Debug)]
pub struct Signed {
    pub key_id: Uuid,
    pub student_id: Uuid,
    pub nonce: [u8; nonce::LENGTH],
    pub signed_at: DateTime<Utc>,
    /// Empty where none was scanned.
    pub qr_code: String,
    pub signature: [u8; key::SIGNATURE_BYTES],
    /// What else was signed where there was no network.
    pub offline: Option<statement::Offline>,
}

/// The check-in that the signature is for.
#[derive(Clone, Copy, Debug)]
pub struct About {
    pub college_id: Uuid,
    pub student_id: Uuid,
    pub session_id: Uuid,
    pub check_in_id: Uuid,
    /// Degrees north and east.
    pub position: Option<(f64, f64)>,
}

/// What became of the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    Unsigned,
    /// There is no such key, or nothing shows that this device has it.
    KeyUnknown,
    NonceInvalid,
    NonceExpired,
    SignatureWrong,
    /// The signature holds, and the key is another person's.
    OthersKey,
    Revoked,
    Pending {
        active_from: DateTime<Utc>,
    },
    Holds,
}

/// What was learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    pub proof: Proof,
    /// The key that has signed, whoever's it is; none where the signature does not hold.
    pub key_id: Option<Uuid>,
    /// How long ago the nonce was asked for.
    pub nonce_age: Option<TimeDelta>,
    /// How long ago the device says it signed.
    pub signed_age: Option<TimeDelta>,
    /// Whether it is another device than the one that the student has enrolled.
    pub is_foreign: bool,
    /// Since when the key is active; none where it is not, or the signature does not hold.
    pub key_since: Option<DateTime<Utc>>,
}

impl Looked {
    pub const fn of(proof: Proof) -> Self {
        Self { proof, key_id: None, nonce_age: None, signed_age: None, is_foreign: false, key_since: None }
    }
}

/// None where there is nothing to say of the device.
pub async fn look(
    store: &Store,
    nonce_key: &[u8; 32],
    claim: &Claim,
    about: About,
    now: DateTime<Utc>,
) -> Result<Option<Looked>, Problem> {
    let (college_id, student_id) = (about.college_id, about.student_id);
    let Some(signed) = &claim.signed else {
        if claim.device_id.is_none() || !store::has_any(store, college_id).await? {
            return Ok(None);
        }
        let keys = store::list_living(store.database.reader(), college_id, student_id).await?;
        let looked = rules::prove(&rules::settle(keys, now), None, claim, &[], nonce::Reading::Invalid);
        return Ok(looked.is_foreign.then_some(looked));
    };
    let found = store::list_living_and(store.database.reader(), college_id, student_id, signed.key_id).await?;
    let named = found.iter().find(|key| key.id == signed.key_id).cloned();
    let keys = rules::settle(found.into_iter().filter(|key| key.user_id == student_id).collect(), now);
    let message = statement::CheckIn {
        college_id,
        session_id: about.session_id,
        student_id,
        check_in_id: about.check_in_id,
        nonce: &signed.nonce,
        signed_at: signed.signed_at,
        position: about.position,
        qr_code: &signed.qr_code,
    };
    let (message, life) = match &signed.offline {
        None => (message.bytes(), nonce::LIFE),
        // How old its nonce may be, whoever takes it says.
        Some(offline) => (message.offline_bytes(offline), TimeDelta::MAX),
    };
    let reading = nonce::read(nonce_key, college_id, student_id, &signed.nonce, life, now);
    let looked = rules::prove(&keys, named.as_ref(), claim, &message, reading);
    Ok(Some(Looked { signed_age: Some(now - signed.signed_at), ..looked }))
}
