//! What a device signs, byte by byte. docs/devices.md has the same with an example, which the test below reads.
//!
//! Every part has a fixed length and the tags differ, so that no two statements are the same bytes.

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::nonce;

const CHECK_IN: &[u8] = b"rollcall-check-in-v1";
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

impl CheckIn<'_> {
    pub fn bytes(&self) -> Vec<u8> {
        let (north, east) = self
            .position
            .map_or((NOWHERE, NOWHERE), |(latitude, longitude)| (microdegrees(latitude), microdegrees(longitude)));
        [
            CHECK_IN,
            self.college_id.as_bytes(),
            self.session_id.as_bytes(),
            self.student_id.as_bytes(),
            self.check_in_id.as_bytes(),
            self.nonce,
            &self.signed_at.timestamp_millis().to_be_bytes(),
            &north.to_be_bytes(),
            &east.to_be_bytes(),
            &Sha256::digest(self.qr_code),
        ]
        .concat()
    }
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

    #[test]
    fn the_example_in_the_documentation_is_what_is_signed() {
        let mut nonce = [0; nonce::LENGTH];
        nonce.iter_mut().zip(0..).for_each(|(byte, number)| *byte = number);
        let id = |last: u128| Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + last);
        let check_in = CheckIn {
            college_id: id(1),
            session_id: id(2),
            student_id: id(3),
            check_in_id: id(4),
            nonce: &nonce,
            signed_at: DateTime::from_timestamp_millis(1_790_000_000_123).expect("a time"),
            position: Some((12.9716, -77.5946)),
            qr_code: "example",
        };
        let key = SigningKey::from_bytes(&[1; 32]);
        let bytes = check_in.bytes();
        let example = [hex(&bytes), hex(key.verifying_key().as_bytes()), hex(&key.sign(&bytes).to_bytes())];
        // The page breaks long lines.
        let page: String = PAGE.split_whitespace().collect();
        for part in example {
            assert!(page.contains(&part), "docs/devices.md lacks {part}");
        }
        assert_eq!(bytes.len(), 172);
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
