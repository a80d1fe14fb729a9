//! What a refresh token is. Its secret is derived from the sign-in and how often it was exchanged, so that an exchange that
//! is repeated gives the same successor; the database holds only hashes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::{entity::refresh_token_family::Model as Family, keys};

/// How long a spent token still gets its successor again.
const REPEAT: TimeDelta = TimeDelta::seconds(10);
const TOKEN_BYTES: usize = 16 + 16 + 4 + 32;

/// A refresh token, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    pub college_id: Uuid,
    pub family_id: Uuid,
    generation: i32,
    secret: [u8; 32],
}

impl RefreshToken {
    pub fn derive(key: &[u8; 32], college_id: Uuid, family_id: Uuid, generation: i32) -> Self {
        let secret = keys::seal(key, &[college_id.as_bytes(), family_id.as_bytes(), &generation.to_be_bytes()]);
        Self { college_id, family_id, generation, secret }
    }

    /// Reads a token that was given out. One that was not says nothing, least of all that its sign-in was stolen.
    pub fn parse(key: &[u8; 32], text: &str) -> Option<Self> {
        let token = Self::read(text)?;
        let given = Self::derive(key, token.college_id, token.family_id, token.generation);
        bool::from(token.secret.ct_eq(&given.secret)).then_some(token)
    }

    fn read(text: &str) -> Option<Self> {
        let bytes: [u8; TOKEN_BYTES] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (college_id, rest) = bytes.split_first_chunk::<16>()?;
        let (family_id, rest) = rest.split_first_chunk::<16>()?;
        let (generation, secret) = rest.split_first_chunk::<4>()?;
        Some(Self {
            college_id: Uuid::from_bytes(*college_id),
            family_id: Uuid::from_bytes(*family_id),
            generation: i32::from_be_bytes(*generation),
            secret: secret.try_into().ok()?,
        })
    }

    pub fn text(&self) -> String {
        let mut bytes = Vec::with_capacity(TOKEN_BYTES);
        bytes.extend_from_slice(self.college_id.as_bytes());
        bytes.extend_from_slice(self.family_id.as_bytes());
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        bytes.extend_from_slice(&self.secret);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.secret).to_vec()
    }
}

/// What presenting a token leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// It is the current one: exchange it.
    Rotate,
    /// It was just exchanged by the same device: give the successor again.
    Repeat,
    /// It was spent: somebody has a copy. Revoke the sign-in.
    Reuse,
    /// It is nothing, or past its time.
    Refuse,
}

/// Decides on a token that was presented.
pub fn decide(token: &RefreshToken, device_id: &str, family: &Family, now: DateTime<Utc>) -> Exchange {
    let hash = token.hash();
    let is_current = bool::from(hash.ct_eq(&family.current_hash));
    let is_previous = family.previous_hash.as_ref().is_some_and(|previous| bool::from(hash.ct_eq(previous)));
    if family.revoked_at.is_some() || family.expires_at <= now {
        Exchange::Refuse
    } else if is_current {
        Exchange::Rotate
    } else if is_previous && device_id == family.device_id && now - family.rotated_at <= REPEAT {
        Exchange::Repeat
    } else if is_previous || (0..family.generation).contains(&token.generation) {
        Exchange::Reuse
    } else {
        Exchange::Refuse
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [3; 32];

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("it is a time")
    }

    fn token(generation: i32) -> RefreshToken {
        RefreshToken::derive(&KEY, Uuid::from_u128(1), Uuid::from_u128(2), generation)
    }

    /// A family that was exchanged three times, the last time at 0.
    fn family() -> Family {
        Family {
            college_id: Uuid::from_u128(1),
            id: Uuid::from_u128(2),
            user_id: Uuid::from_u128(3),
            device_id: "phone".to_owned(),
            ip_address: None,
            address_key: None,
            generation: 3,
            current_hash: token(3).hash(),
            previous_hash: Some(token(2).hash()),
            rotated_at: at(0),
            created_at: at(-100),
            expires_at: at(600),
            revoked_at: None,
        }
    }

    #[test]
    fn a_token_reads_as_it_was_written() {
        let token = token(7);
        assert_eq!(RefreshToken::parse(&KEY, &token.text()), Some(token));
        assert_eq!(RefreshToken::parse(&KEY, &token.text()[1..]), None);
        assert_eq!(RefreshToken::parse(&KEY, "not a token"), None);
    }

    #[test]
    fn a_token_that_was_never_given_out_is_none() {
        let forged = [
            RefreshToken { secret: [0; 32], ..token(0) },
            RefreshToken { generation: 1, ..token(2) },
            RefreshToken { family_id: Uuid::from_u128(9), ..token(2) },
            RefreshToken { college_id: Uuid::from_u128(9), ..token(2) },
        ];
        for token in forged {
            assert_eq!(RefreshToken::parse(&KEY, &token.text()), None);
        }
        assert_eq!(RefreshToken::parse(&[4; 32], &token(2).text()), None);
    }

    #[test]
    fn a_token_is_good_once() {
        use Exchange::{Refuse, Repeat, Reuse, Rotate};
        let table = [
            (token(3), "phone", 5, Rotate),
            // The current one may come from anywhere: a phone can be restored from a backup.
            (token(3), "other", 5, Rotate),
            (token(3), "phone", 600, Refuse),
            (token(2), "phone", 0, Repeat),
            (token(2), "phone", 10, Repeat),
            (token(2), "phone", 11, Reuse),
            (token(2), "other", 5, Reuse),
            (token(1), "phone", 5, Reuse),
            (token(4), "phone", 5, Refuse),
            (RefreshToken { secret: [0; 32], ..token(3) }, "phone", 5, Refuse),
        ];
        for (token, device, seconds, expected) in table {
            assert_eq!(decide(&token, device, &family(), at(seconds)), expected, "{} at {seconds}", token.generation);
        }
        let revoked = Family { revoked_at: Some(at(1)), ..family() };
        assert_eq!(decide(&token(3), "phone", &revoked, at(2)), Refuse);
    }
}
