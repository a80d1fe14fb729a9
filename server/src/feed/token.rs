//! What a link ends with: 256 random bits, of which only the SHA-256 is kept.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// Says what it is to whoever finds one where it should not be.
const PREFIX: &str = "rcf_";

pub fn make() -> String {
    let secret: [u8; 32] = rand::random();
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(secret))
}

pub fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_fit_into_a_path() {
        let (one, other) = (make(), make());
        assert_eq!(one.len(), PREFIX.len() + 43);
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{one}");
        assert_ne!(one, other);
        assert_ne!(hash(&one), hash(&other));
    }
}
