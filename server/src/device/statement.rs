//! What a device signs, byte by byte. docs/devices.md and docs/offline.md have the same with examples, which the tests below read.
//!
//! Every part has a fixed length and the tags differ, so that no two statements are the same bytes.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::nonce;

const CHECK_IN: &[u8] = b"rollcall-check-in-v1";
const OFFLINE: &[u8] = b"rollcall-offline-v1";
const ENROLMENT: &[u8] = b"rollcall-enrolment-v1";
/// Both coordinates of no position: no place on earth has it.
const NOWHERE: i32 = i32::MIN;

/// A check-in.
#[derive(Clone, Copy, Debug)]
pub struct CheckIn<'a> {
    pub college_id: Uuid,
    pub session_id: Uuid,
    pub student_id: Uuid,
    pub check_in_id: Uuid,
    pub nonce: &'a [u8; nonce::LENGTH],
    pub signed_at: DateTime<Utc>,
    /// Degrees north and east.
    pub position: Option<(f64, f64)>,
    /// Empty where none was scanned.
    pub qr_code: &'a str,
}

/// What a check-in without a network has beside it: what shows when it was, and all that was scanned and heard, because nobody looks at
/// it at once.
#[derive(Clone, Debug)]
pub struct Offline {
    /// By the device's clock.
    pub nonce_received_at: DateTime<Utc>,
    /// From then to the signing, by a clock that nobody sets.
    pub elapsed: TimeDelta,
    /// Of the codes, each followed by a line feed.
    pub codes: [u8; DIGEST],
    /// Of what was heard, entry by entry.
    pub scan: [u8; DIGEST],
}

pub const DIGEST: usize = 32;

impl CheckIn<'_> {
    pub fn bytes(&self) -> Vec<u8> {
        let signed_at = self.signed_at.timestamp_millis().to_be_bytes();
        [CHECK_IN, &self.ids(), self.nonce, &signed_at, &self.place(), &Sha256::digest(self.qr_code)].concat()
    }

    pub fn offline_bytes(&self, offline: &Offline) -> Vec<u8> {
        let times = [offline.nonce_received_at.timestamp_millis(), self.signed_at.timestamp_millis()];
        let times = [times[0], times[1], offline.elapsed.num_milliseconds()].map(i64::to_be_bytes).concat();
        [OFFLINE, &self.ids(), self.nonce, &times, &self.place(), &offline.codes, &offline.scan].concat()
    }

    fn ids(&self) -> Vec<u8> {
        [self.college_id, self.session_id, self.student_id, self.check_in_id].map(Uuid::into_bytes).concat()
    }

    fn place(&self) -> Vec<u8> {
        let (north, east) = self
            .position
            .map_or((NOWHERE, NOWHERE), |(latitude, longitude)| (microdegrees(latitude), microdegrees(longitude)));
        [north, east].map(i32::to_be_bytes).concat()
    }
}

/// Of the texts of codes, each followed by a line feed.
pub fn digest_codes<'t>(texts: impl IntoIterator<Item = &'t str>) -> [u8; DIGEST] {
    texts
        .into_iter()
        .fold(Sha256::new(), |digest, text| digest.chain_update(text).chain_update(b"\n"))
        .finalize()
        .into()
}

/// The enrolment of a key.
pub fn enrolment(college_id: Uuid, user_id: Uuid, nonce: &[u8; nonce::LENGTH], public_key: &[u8]) -> Vec<u8> {
    [ENROLMENT, college_id.as_bytes(), user_id.as_bytes(), nonce, &Sha256::digest(public_key)].concat()
}

/// In a way that every language does alike: one multiplication, one addition, and down.
#[expect(clippy::cast_possible_truncation, reason = "degrees are within 180, as the contract has checked")]
fn microdegrees(degrees: f64) -> i32 {
    (degrees * 1e6 + 0.5).floor() as i32
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use ed25519_dalek::{Signer as _, SigningKey};

    use super::*;

    /// The page that callers read.
    const PAGE: &str = include_str!("../../../docs/devices.md");

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    const OFFLINE_PAGE: &str = include_str!("../../../docs/offline.md");

    fn numbered() -> [u8; nonce::LENGTH] {
        let mut nonce = [0; nonce::LENGTH];
        nonce.iter_mut().zip(0..).for_each(|(byte, number)| *byte = number);
        nonce
    }

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(millis).expect("a time")
    }

    fn example(nonce: &[u8; nonce::LENGTH]) -> CheckIn<'_> {
        let id = |last: u128| Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + last);
        CheckIn {
            college_id: id(1),
            session_id: id(2),
            student_id: id(3),
            check_in_id: id(4),
            nonce,
            signed_at: at(1_790_000_000_123),
            position: Some((12.9716, -77.5946)),
            qr_code: "example",
        }
    }

    fn check_page(page: &str, bytes: &[u8], length: usize) {
        let key = SigningKey::from_bytes(&[1; 32]);
        let example = [hex(bytes), hex(key.verifying_key().as_bytes()), hex(&key.sign(bytes).to_bytes())];
        // The page breaks long lines.
        let page: String = page.split_whitespace().collect();
        for part in example {
            assert!(page.contains(&part), "the page lacks {part}");
        }
        assert_eq!(bytes.len(), length);
    }

    #[test]
    fn the_example_in_the_documentation_is_what_is_signed() {
        check_page(PAGE, &example(&numbered()).bytes(), 172);
    }

    #[test]
    fn the_same_holds_without_a_network() {
        // What docs/offline.md says was heard: one entry of Wi-Fi at -60 dBm, half a second old.
        let heard = [0x4a, 0x5b, 0x6c, 0x7d, 0x8e, 0x9f, 1, 0xff, 0xc4, 0, 0, 0x01, 0xf4];
        let offline = Offline {
            nonce_received_at: at(1_789_996_400_000),
            elapsed: TimeDelta::milliseconds(3_600_100),
            codes: digest_codes(["example", "another"]),
            scan: Sha256::digest(heard).into(),
        };
        check_page(OFFLINE_PAGE, &example(&numbered()).offline_bytes(&offline), 219);
    }

    #[test]
    fn a_position_is_whole_microdegrees() {
        let table = [
            (0.0, 0),
            (12.971_6, 12_971_600),
            (-77.594_6, -77_594_600),
            (0.000_000_5, 1),
            (-0.000_000_5, 0),
            (-180.0, -180_000_000),
            (90.0, 90_000_000),
        ];
        for (degrees, expected) in table {
            assert_eq!(microdegrees(degrees), expected, "{degrees}");
        }
    }
}
