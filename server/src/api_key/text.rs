//! The text of a key: `rck_`, then college, id, secret and a seal in base64url. The seal tells texts that we made from all
//! others before anything is looked up.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::keys::seal;

/// Tells a key from an access token, to us and to whoever searches for secrets that have leaked.
pub const PREFIX: &str = "rck_";

const SEAL_BYTES: usize = 24;

/// What is in the text of a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    pub college_id: Uuid,
    pub id: Uuid,
    pub secret: [u8; 32],
}

impl Text {
    pub fn write(&self, key: &[u8; 32]) -> String {
        let body = [self.college_id.as_bytes().as_slice(), self.id.as_bytes(), &self.secret, &self.seal(key)].concat();
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(body))
    }

    pub fn read(key: &[u8; 32], text: &str) -> Option<Self> {
        let body = BASE64_URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        let (college_id, rest) = body.split_first_chunk::<16>()?;
        let (id, rest) = rest.split_first_chunk::<16>()?;
        let (secret, sealed) = rest.split_first_chunk::<32>()?;
        let text = Self { college_id: Uuid::from_bytes(*college_id), id: Uuid::from_bytes(*id), secret: *secret };
        bool::from(text.seal(key).as_slice().ct_eq(sealed)).then_some(text)
    }

    /// What is kept. The secret is random and long, so it needs no slow hash.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }

    fn seal(&self, key: &[u8; 32]) -> [u8; SEAL_BYTES] {
        let sealed = seal(key, &[self.college_id.as_bytes(), self.id.as_bytes(), &self.secret]);
        std::array::from_fn(|index| sealed[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_it_was_written_and_no_other_is_read() {
        let (key, other_key) = ([1; 32], [2; 32]);
        let text = Text { college_id: Uuid::from_u128(3), id: Uuid::from_u128(4), secret: [5; 32] };
        let written = text.write(&key);
        assert_eq!(written.len(), PREFIX.len() + 118);
        assert!(Text::read(&key, &written) == Some(text));
        assert!(Text::read(&other_key, &written).is_none(), "made elsewhere");
        for index in 0..written.len() {
            let mut changed = written.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert!(Text::read(&key, &changed).is_none(), "changed at {index}");
        }
        for rubbish in ["", PREFIX, "rck_AAAA", &written[..written.len() - 1], &format!("{written}A"), &written[4..]] {
            assert!(Text::read(&key, rubbish).is_none(), "{rubbish}");
        }
    }
}
