//! Nonces: what a device signs so that its signature is of now. They are sealed instead of stored, so that every replica knows one
//! when it sees it. That one is used twice does no harm: a record is there once for each student and session, and what is
//! signed names both.

use chrono::{DateTime, TimeDelta, Utc};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::keys;

/// 16 random ones, 8 of the time in milliseconds, big-endian, and 16 of the seal.
pub const LENGTH: usize = 40;
const RANDOM: usize = 16;
const SEALED: usize = 24;

/// How long one is good.
pub const LIFE: TimeDelta = TimeDelta::seconds(60);

/// What a nonce turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Not one of this person's.
    Invalid,
    Expired {
        age: TimeDelta,
    },
    Holds {
        age: TimeDelta,
    },
}

pub fn make(key: &[u8; 32], college_id: Uuid, user_id: Uuid, now: DateTime<Utc>) -> [u8; LENGTH] {
    let random: [u8; RANDOM] = rand::random();
    let mut nonce = [0; LENGTH];
    nonce[..RANDOM].copy_from_slice(&random);
    nonce[RANDOM..SEALED].copy_from_slice(&now.timestamp_millis().to_be_bytes());
    let seal = seal(key, college_id, user_id, &nonce[..SEALED]);
    nonce[SEALED..].copy_from_slice(&seal);
    nonce
}

/// What a nonce is to one who takes it so long after it was made.
pub fn read(
    key: &[u8; 32],
    college_id: Uuid,
    user_id: Uuid,
    nonce: &[u8; LENGTH],
    life: TimeDelta,
    now: DateTime<Utc>,
) -> Reading {
    let expected = seal(key, college_id, user_id, &nonce[..SEALED]);
    if !bool::from(expected.ct_eq(&nonce[SEALED..])) {
        return Reading::Invalid;
    }
    let mut millis = [0; 8];
    millis.copy_from_slice(&nonce[RANDOM..SEALED]);
    let Some(made_at) = DateTime::from_timestamp_millis(i64::from_be_bytes(millis)) else { return Reading::Invalid };
    // Another replica's clock may be a little ahead.
    let age = (now - made_at).max(TimeDelta::zero());
    if age > life { Reading::Expired { age } } else { Reading::Holds { age } }
}

fn seal(key: &[u8; 32], college_id: Uuid, user_id: Uuid, parts: &[u8]) -> [u8; LENGTH - SEALED] {
    let whole = keys::seal(key, &[b"nonce", college_id.as_bytes(), user_id.as_bytes(), parts]);
    let mut short = [0; LENGTH - SEALED];
    short.copy_from_slice(&whole[..LENGTH - SEALED]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_for_a_minute_for_whom_it_was_made() {
        let (key, college, user) = ([7; 32], Uuid::from_u128(1), Uuid::from_u128(2));
        let made = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
        let nonce = make(&key, college, user, made);
        let at = |millis| read(&key, college, user, &nonce, LIFE, made + TimeDelta::milliseconds(millis));
        let table = [
            (-1000, Reading::Holds { age: TimeDelta::zero() }),
            (0, Reading::Holds { age: TimeDelta::zero() }),
            (60_000, Reading::Holds { age: LIFE }),
            (60_001, Reading::Expired { age: TimeDelta::milliseconds(60_001) }),
        ];
        for (millis, expected) in table {
            assert_eq!(at(millis), expected, "{millis}");
        }
        assert_eq!(read(&[8; 32], college, user, &nonce, LIFE, made), Reading::Invalid);
        assert_eq!(read(&key, user, user, &nonce, LIFE, made), Reading::Invalid);
        assert_eq!(read(&key, college, college, &nonce, LIFE, made), Reading::Invalid);
        for place in 0..LENGTH {
            let mut changed = nonce;
            changed[place] ^= 1;
            assert_eq!(read(&key, college, user, &changed, LIFE, made), Reading::Invalid, "{place}");
        }
        assert_ne!(nonce, make(&key, college, user, made));
    }
}
