//! Page sizes, and tokens that say where a list or a stream continues. A token is sealed together with what it is good for:
//! the list, its filters and the caller; nobody can make one up or use it elsewhere.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use subtle::ConstantTimeEq as _;

use crate::{
    keys,
    problem::{ErrorReason, Problem},
};

const DEFAULT_SIZE: u64 = 50;
const MAX_SIZE: u64 = 500;
/// Half of an HMAC-SHA-256: 128 bits.
const SEAL_BYTES: usize = 16;

/// One page of a list: what was asked for, and what its tokens are good for.
pub struct Page<'a> {
    key: &'a [u8; 32],
    purpose: &'a [&'a [u8]],
    token: &'a str,
    size: u64,
}

impl<'a> Page<'a> {
    /// `purpose` names the list, its filters and the caller.
    pub fn new(key: &'a [u8; 32], purpose: &'a [&'a [u8]], requested_size: i32, token: &'a str) -> Self {
        Self { key, purpose, token, size: size(requested_size) }
    }

    /// How many rows to read: one more than are given, which tells whether another page follows.
    pub const fn rows_to_read(&self) -> u64 {
        self.size + 1
    }

    /// The same page with at most so many rows, where more would be too long to send.
    pub fn at_most(mut self, rows: usize) -> Self {
        self.size = self.size.min(rows.max(1) as u64);
        self
    }

    /// Where the last page ended, in the terms of the list's order; none for the first page.
    pub fn position<T: DeserializeOwned>(&self) -> Result<Option<T>, Problem> {
        if self.token.is_empty() {
            return Ok(None);
        }
        let position = open(self.key, self.purpose, self.token).and_then(|json| serde_json::from_slice(&json).ok());
        position
            .map(Some)
            .ok_or_else(|| Problem::new(ErrorReason::InvalidPageToken, "The page token is not of this list."))
    }

    /// The rows of this page, and the token of the next one; empty where none follows. `position` holds every column that
    /// the list is ordered by, and the last of them is unique: a page that goes by less loses rows.
    pub fn cut<T, P: Serialize>(
        &self,
        mut rows: Vec<T>,
        position: impl FnOnce(&T) -> P,
    ) -> Result<(Vec<T>, String), Problem> {
        if rows.len() as u64 <= self.size {
            return Ok((rows, String::new()));
        }
        rows.truncate(usize::try_from(self.size).unwrap_or(usize::MAX));
        let Some(last) = rows.last() else { return Ok((rows, String::new())) };
        let position = serde_json::to_vec(&position(last)).map_err(Problem::internal)?;
        let token = seal(self.key, self.purpose, &position);
        Ok((rows, token))
    }
}

/// How many items a page holds: 0 means the default, more than the maximum is the maximum. Negative sizes are refused by the
/// field's rule.
fn size(requested: i32) -> u64 {
    match u64::try_from(requested).unwrap_or(0) {
        0 => DEFAULT_SIZE,
        size => size.min(MAX_SIZE),
    }
}

/// Seals a position for one purpose.
pub fn seal(key: &[u8; 32], purpose: &[&[u8]], position: &[u8]) -> String {
    let mut bytes = position.to_vec();
    bytes.extend_from_slice(&tag(key, purpose, position));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The position in a token, if the token was sealed for this purpose.
pub fn open(key: &[u8; 32], purpose: &[&[u8]], token: &str) -> Option<Vec<u8>> {
    let mut bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let position_bytes = bytes.len().checked_sub(SEAL_BYTES)?;
    let given = bytes.split_off(position_bytes);
    bool::from(given.ct_eq(&tag(key, purpose, &bytes))).then_some(bytes)
}

fn tag(key: &[u8; 32], purpose: &[&[u8]], position: &[u8]) -> [u8; SEAL_BYTES] {
    let mut parts = purpose.to_vec();
    parts.push(position);
    let mut tag = [0; SEAL_BYTES];
    tag.copy_from_slice(&keys::seal(key, &parts)[..SEAL_BYTES]);
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    #[test]
    fn sizes_are_defaulted_and_clamped() {
        for (requested, expected) in [(0, 50), (1, 1), (500, 500), (501, 500), (i32::MAX, 500)] {
            assert_eq!(size(requested), expected, "{requested}");
        }
    }

    #[test]
    fn a_token_opens_only_for_its_purpose() {
        let token = seal(&KEY, &[b"sessions", b"filter"], b"here");
        assert_eq!(open(&KEY, &[b"sessions", b"filter"], &token).as_deref(), Some(&b"here"[..]));
        assert_eq!(open(&KEY, &[b"sessions", b"other"], &token), None);
        assert_eq!(open(&KEY, &[b"sessionsf", b"ilter"], &token), None);
        assert_eq!(open(&[8; 32], &[b"sessions", b"filter"], &token), None);
        assert_eq!(open(&KEY, &[b"sessions", b"filter"], "rubbish!"), None);
        assert_eq!(open(&KEY, &[b"sessions", b"filter"], ""), None);
    }

    #[test]
    fn every_bit_of_a_token_counts() {
        let bytes = URL_SAFE_NO_PAD.decode(seal(&KEY, &[b"records"], b"12345678")).expect("it is base64");
        for bit in 0..bytes.len() * 8 {
            let mut forged = bytes.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open(&KEY, &[b"records"], &URL_SAFE_NO_PAD.encode(forged)), None, "bit {bit}");
        }
    }
}
