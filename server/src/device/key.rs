//! Public keys, and whether a signature is theirs.

use ed25519_dalek::{Signature, VerifyingKey};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

use crate::{entity::device::Algorithm, problem::Problem};

/// Of every algorithm here.
pub const SIGNATURE_BYTES: usize = 64;
const ED25519_BYTES: usize = 32;
/// A point without compression.
const P256_BYTES: usize = 65;

/// Refuses what cannot be a key of the algorithm.
pub fn check(algorithm: Algorithm, public_key: &[u8]) -> Result<(), Problem> {
    let fault = match algorithm {
        Algorithm::Ed25519 => match <&[u8; ED25519_BYTES]>::try_from(public_key).map(VerifyingKey::from_bytes) {
            Err(_) => "of ED25519 must have 32 bytes",
            // A key of a small order takes a signature that anybody can make.
            Ok(Ok(key)) if !key.is_weak() => return Ok(()),
            Ok(_) => "must be a point of the curve, and not of a small order",
        },
        // Whether the point is on the curve shows when the proof is verified.
        Algorithm::P256 if public_key.len() == P256_BYTES && public_key[0] == 4 => return Ok(()),
        Algorithm::P256 => "of P256 must have 65 bytes: 04, x and y, without compression",
    };
    Err(Problem::invalid_field("public_key", fault))
}

/// Whether a signature over the message is by this key.
pub fn verifies(algorithm: Algorithm, public_key: &[u8], message: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
    match algorithm {
        Algorithm::Ed25519 => <&[u8; ED25519_BYTES]>::try_from(public_key)
            .ok()
            .and_then(|bytes| VerifyingKey::from_bytes(bytes).ok())
            .is_some_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()),
        Algorithm::P256 => {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public_key).verify(message, signature).is_ok()
        }
    }
}
