//! Every key comes from the one master secret, each under a label of its own, so that no key can be used for another's
//! purpose.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// The keys of this installation. Replicas that share the master secret share them all.
#[derive(Clone)]
pub struct Keys {
    /// Signs access tokens with HS256 until another key takes over.
    pub access_token: [u8; 32],
    /// The same with Ed25519.
    pub access_token_ed25519: [u8; 32],
    /// What the keys that take over are derived from, each with a salt of its own.
    pub signing: [u8; 32],
    pub refresh_token: [u8; 32],
    pub code: [u8; 32],
    /// What one-time passwords are derived from, each with a salt of its own.
    pub one_time_password: [u8; 32],
    /// For the nonces that devices sign.
    pub device_nonce: [u8; 32],
    /// For the seal in the text of an API key.
    pub api_key: [u8; 32],
    /// For the tokens that are mailed.
    pub account_token: [u8; 32],
    /// For the links to schedules.
    pub schedule_feed: [u8; 32],
    /// What the secrets of webhooks are derived from.
    pub webhook: [u8; 32],
    /// What the keys of people's faces are wrapped with.
    pub face: [u8; 32],
    /// For the marks by which a picture of a face is known again.
    pub face_picture: [u8; 32],
    /// For tokens that say where a list or a stream continues; what each is good for is sealed into it.
    pub page_token: [u8; 32],
}

impl Keys {
    pub fn derive(master: &SecretString) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, master.expose_secret().as_bytes());
        let key = |label: &[u8]| {
            let mut key = [0; 32];
            hkdf.expand(label, &mut key).expect("32 bytes are within what HKDF-SHA-256 can give");
            key
        };
        Self {
            access_token: key(b"rollcall jwt v1"),
            access_token_ed25519: key(b"rollcall jwt ed25519 v1"),
            signing: key(b"rollcall signing v1"),
            refresh_token: key(b"rollcall refresh v1"),
            code: key(b"rollcall code v1"),
            one_time_password: key(b"rollcall one-time password v1"),
            device_nonce: key(b"rollcall device nonce v1"),
            api_key: key(b"rollcall api key v1"),
            account_token: key(b"rollcall account token v1"),
            schedule_feed: key(b"rollcall schedule feed v1"),
            webhook: key(b"rollcall webhook v1"),
            face: key(b"rollcall face v1"),
            face_picture: key(b"rollcall face picture v1"),
            page_token: key(b"rollcall page v1"),
        }
    }
}

/// HMAC-SHA-256 over the parts, each with its length before it, so that no two lists of parts run together.
pub fn seal(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
