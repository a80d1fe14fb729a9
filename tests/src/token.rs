//! Access tokens, minted without the server and without a library that would refuse to make a bad one.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use crate::seed::{Role, SeedUser};

/// How long a minted token lives, in seconds.
pub const LIFETIME_SECONDS: i64 = 900;

/// The key that signs access tokens, derived from the master secret.
///
/// # Panics
/// Never: the length is right.
pub fn key(secret: &str) -> [u8; 32] {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, secret.as_bytes()).expand(b"rollcall jwt v1", &mut key).expect("32 bytes");
    key
}

/// The header of a good token.
pub fn header() -> Value {
    json!({"typ": "at+jwt", "alg": "HS256"})
}

/// The claims of a good token, issued at `now`.
pub fn claims(user: &SeedUser, now: DateTime<Utc>) -> Value {
    json!({
        "iss": "rollcall",
        "aud": "rollcall",
        "sub": user.id,
        "tid": user.college_id,
        "role": match user.role {
            Role::Student => "student",
            Role::Teacher => "teacher",
            Role::Admin => "admin",
        },
        "iat": now.timestamp(),
        "nbf": now.timestamp(),
        "exp": now.timestamp() + LIFETIME_SECONDS,
        "jti": Uuid::now_v7(),
    })
}

/// A good token.
pub fn mint(secret: &str, user: &SeedUser, now: DateTime<Utc>) -> String {
    sign(&header(), &claims(user, now), &key(secret))
}

/// Signs anything with HS256, whatever the header says.
///
/// # Panics
/// Never: HMAC takes a key of any length.
pub fn sign(header: &Value, claims: &Value, key: &[u8]) -> String {
    let signed = unsigned(header, claims);
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Header and claims, without a signature.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", part(header), part(claims))
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
