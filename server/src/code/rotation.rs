//! What a code is, and whether one holds.
//!
//! Text: `R1`, then base64url of session id (16 bytes), step (4 bytes, big-endian) and tag (16 bytes): 50 characters.
//! step = floor(Unix time / interval). tag = the first 16 bytes of HMAC-SHA-256 over college, session and step, under a key
//! that is derived from the session and its epoch. Accepted: the step that is shown now and the one before it, never one that
//! has not come (the window of RFC 6238, 5.2, without its look-ahead).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::{entity::session, keys};

const VERSION: &str = "R1";
const TAG_BYTES: usize = 16;
const CODE_BYTES: usize = 16 + 4 + TAG_BYTES;

/// A code as it was scanned: it says what it is for, and that is not believed before it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScannedCode {
    pub session_id: Uuid,
    step: u32,
    tag: [u8; TAG_BYTES],
}

impl ScannedCode {
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; CODE_BYTES] = URL_SAFE_NO_PAD.decode(text.strip_prefix(VERSION)?).ok()?.try_into().ok()?;
        let (session_id, rest) = bytes.split_first_chunk::<16>()?;
        let (step, tag) = rest.split_first_chunk::<4>()?;
        Some(Self {
            session_id: Uuid::from_bytes(*session_id),
            step: u32::from_be_bytes(*step),
            tag: tag.try_into().ok()?,
        })
    }

    fn text(&self) -> String {
        let mut bytes = Vec::with_capacity(CODE_BYTES);
        bytes.extend_from_slice(self.session_id.as_bytes());
        bytes.extend_from_slice(&self.step.to_be_bytes());
        bytes.extend_from_slice(&self.tag);
        format!("{VERSION}{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// How old a true code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// It is shown now.
    Current,
    /// It was shown before that.
    Previous,
}

/// What a scanned code turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It holds. Seconds since its display began.
    Holds { age: Age, age_seconds: i64 },
    /// It was true. Seconds since its display began.
    Expired { age_seconds: i64 },
    /// It was never a code of this session.
    Invalid,
}

/// A code with the time that it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCode {
    pub text: String,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// How codes are made and checked.
#[derive(Clone)]
pub struct Rotation {
    key: [u8; 32],
    interval_seconds: u32,
}

impl Rotation {
    pub const fn new(key: [u8; 32], interval_seconds: u32) -> Self {
        Self { key, interval_seconds }
    }

    pub const fn interval_seconds(&self) -> u32 {
        self.interval_seconds
    }

    /// The code to show now.
    pub fn show(&self, session: &session::Model, now: DateTime<Utc>) -> ShownCode {
        let step = self.step_at(now);
        let code = ScannedCode { session_id: session.id, step, tag: self.tag(session, step) };
        ShownCode { text: code.text(), issued_at: self.begin(step), expires_at: self.begin(step + 1) }
    }

    /// Whether a code holds for a session now.
    pub fn read(&self, code: &ScannedCode, session: &session::Model, now: DateTime<Utc>) -> Reading {
        let genuine = bool::from(self.tag(session, code.step).ct_eq(&code.tag));
        let current = self.step_at(now);
        if code.session_id != session.id || !genuine || code.step > current {
            return Reading::Invalid;
        }
        let age_seconds = (now - self.begin(code.step)).num_seconds();
        match current - code.step {
            0 => Reading::Holds { age: Age::Current, age_seconds },
            1 => Reading::Holds { age: Age::Previous, age_seconds },
            _ => Reading::Expired { age_seconds },
        }
    }

    /// Until when a code is accepted.
    pub fn accepted_until(&self, code: &ScannedCode) -> DateTime<Utc> {
        self.begin(code.step.saturating_add(2))
    }

    fn step_at(&self, time: DateTime<Utc>) -> u32 {
        u32::try_from(time.timestamp().div_euclid(i64::from(self.interval_seconds))).unwrap_or(0)
    }

    fn begin(&self, step: u32) -> DateTime<Utc> {
        DateTime::from_timestamp(i64::from(step) * i64::from(self.interval_seconds), 0).unwrap_or(DateTime::UNIX_EPOCH)
    }

    fn tag(&self, session: &session::Model, step: u32) -> [u8; TAG_BYTES] {
        let session_key = keys::seal(&self.key, &[session.id.as_bytes(), &session.code_epoch.to_be_bytes()]);
        let seal = keys::seal(
            &session_key,
            &[b"qr1", session.college_id.as_bytes(), session.id.as_bytes(), &step.to_be_bytes()],
        );
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&seal[..TAG_BYTES]);
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::session::Model;

    const ROTATION: Rotation = Rotation::new([5; 32], 25);

    fn at(milliseconds: i64) -> DateTime<Utc> {
        // A multiple of 25 s, so that a step begins at 0.
        DateTime::from_timestamp_millis(1_800_000_000_000 + milliseconds).expect("it is a time")
    }

    fn session(id: u128) -> Model {
        Model { id: Uuid::from_u128(id), ..Model::example(at(0)) }
    }

    #[test]
    fn a_code_holds_while_it_is_shown_and_one_interval_longer() {
        let session = session(2);
        let shown = ROTATION.show(&session, at(7_000));
        assert_eq!((shown.issued_at, shown.expires_at), (at(0), at(25_000)));
        assert!(shown.text.len() <= 64 && shown.text.is_ascii());
        let code = ScannedCode::parse(&shown.text).expect("it is a code");
        let table = [
            (-1, Reading::Invalid),
            (0, Reading::Holds { age: Age::Current, age_seconds: 0 }),
            (24_999, Reading::Holds { age: Age::Current, age_seconds: 24 }),
            (25_000, Reading::Holds { age: Age::Previous, age_seconds: 25 }),
            (49_999, Reading::Holds { age: Age::Previous, age_seconds: 49 }),
            (50_000, Reading::Expired { age_seconds: 50 }),
            (86_400_000, Reading::Expired { age_seconds: 86_400 }),
        ];
        for (milliseconds, expected) in table {
            assert_eq!(ROTATION.read(&code, &session, at(milliseconds)), expected, "after {milliseconds} ms");
        }
        assert_eq!(ROTATION.accepted_until(&code), at(50_000));
    }

    #[test]
    fn every_bit_of_a_code_counts() {
        let session = session(2);
        let text = ROTATION.show(&session, at(0)).text;
        let bytes = URL_SAFE_NO_PAD.decode(&text[2..]).expect("it is base64");
        for bit in 0..bytes.len() * 8 {
            let mut forged = bytes.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            let forged = ScannedCode::parse(&format!("R1{}", URL_SAFE_NO_PAD.encode(forged))).expect("it has the form");
            assert_eq!(ROTATION.read(&forged, &session, at(60_000_000)), Reading::Invalid, "bit {bit}");
        }
    }

    #[test]
    fn a_code_is_for_one_session_one_epoch_one_college_and_one_secret() {
        let own = session(2);
        let code = ScannedCode::parse(&ROTATION.show(&own, at(0)).text).expect("it is a code");
        let others =
            [session(3), Model { code_epoch: 1, ..session(2) }, Model { college_id: Uuid::from_u128(9), ..session(2) }];
        for other in others {
            assert_eq!(ROTATION.read(&code, &other, at(0)), Reading::Invalid);
        }
        assert_eq!(Rotation::new([6; 32], 25).read(&code, &own, at(0)), Reading::Invalid);
        for rubbish in ["", "R1", "R2abc", "hello", &"R1".repeat(100), "R1ééé"] {
            assert_eq!(ScannedCode::parse(rubbish), None, "{rubbish}");
        }
    }
}
