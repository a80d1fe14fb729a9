//! What a code is, and whether one holds.
//!
//! Text: a prefix that says how codes rotate (`R1` lenient, `S1` strict, `C1` challenge), then base64url of session id (16 bytes),
//! step (4 bytes, big-endian) and tag (16 bytes): 50 characters. step = floor(Unix time / interval). tag = the first 16 bytes of
//! HMAC-SHA-256 over the mode, college, session and step, under a key that is derived from the session and its epoch. Accepted: a
//! step from its beginning until a while after its end, never one that has not come (the window of RFC 6238, 5.2, without its
//! look-ahead).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::challenge::{self, Sequence};
use crate::{
    entity::{
        policy_version::{CodeMode, STRICT_SECONDS, WAY_SECONDS},
        session,
    },
    keys,
};

const MODES: [CodeMode; 3] = [CodeMode::Lenient, CodeMode::Strict, CodeMode::Challenge];
const TAG_BYTES: usize = 16;
const CODE_BYTES: usize = 16 + 4 + TAG_BYTES;
const CHALLENGE_SECONDS: u32 = 1;

/// A code as it was scanned: it says what it is for, and that is not believed before it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScannedCode {
    pub session_id: Uuid,
    mode: CodeMode,
    step: u32,
    tag: [u8; TAG_BYTES],
}

impl ScannedCode {
    pub fn parse(text: &str) -> Option<Self> {
        let (mode, rest) = MODES.iter().find_map(|mode| Some((*mode, text.strip_prefix(prefix(*mode))?)))?;
        let bytes: [u8; CODE_BYTES] = URL_SAFE_NO_PAD.decode(rest).ok()?.try_into().ok()?;
        let (session_id, rest) = bytes.split_first_chunk::<16>()?;
        let (step, tag) = rest.split_first_chunk::<4>()?;
        Some(Self {
            session_id: Uuid::from_bytes(*session_id),
            mode,
            step: u32::from_be_bytes(*step),
            tag: tag.try_into().ok()?,
        })
    }

    fn text(&self) -> String {
        let mut bytes = Vec::with_capacity(CODE_BYTES);
        bytes.extend_from_slice(self.session_id.as_bytes());
        bytes.extend_from_slice(&self.step.to_be_bytes());
        bytes.extend_from_slice(&self.tag);
        format!("{}{}", prefix(self.mode), URL_SAFE_NO_PAD.encode(bytes))
    }
}

const fn prefix(mode: CodeMode) -> &'static str {
    match mode {
        CodeMode::Lenient => "R1",
        CodeMode::Strict => "S1",
        CodeMode::Challenge => "C1",
    }
}

/// What the tag is over, before everything else, so that no code is one of another mode.
const fn domain(mode: CodeMode) -> &'static [u8] {
    match mode {
        CodeMode::Lenient => b"qr1",
        CodeMode::Strict => b"qr1 strict",
        CodeMode::Challenge => b"qr1 challenge",
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

/// What was scanned turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It holds. Seconds since its display began, and until when it does.
    Holds { age: Age, age_seconds: i64, accepted_until: DateTime<Utc> },
    /// It was true. Seconds since its display began.
    Expired { age_seconds: i64 },
    /// It is true, and not enough of a sequence. Seconds since its display began.
    Unfinished { age_seconds: i64 },
    /// It was never a code of this session.
    Invalid,
}

/// When a true code was shown, and by which rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Display {
    pub mode: CodeMode,
    pub from: DateTime<Utc>,
    /// It was accepted before then.
    pub until: DateTime<Utc>,
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
    lenient_seconds: u32,
}

impl Rotation {
    pub const fn new(key: [u8; 32], lenient_seconds: u32) -> Self {
        Self { key, lenient_seconds }
    }

    /// How long a code is shown.
    pub fn interval_seconds(&self, mode: CodeMode) -> u32 {
        match mode {
            CodeMode::Lenient => self.lenient_seconds,
            CodeMode::Strict => self.lenient_seconds.min(STRICT_SECONDS),
            CodeMode::Challenge => CHALLENGE_SECONDS,
        }
    }

    /// How long it is accepted, from the beginning of its display on.
    fn accepted_for(&self, mode: CodeMode) -> TimeDelta {
        let interval = self.interval_seconds(mode);
        let longer = match mode {
            CodeMode::Lenient => interval,
            CodeMode::Strict | CodeMode::Challenge => WAY_SECONDS,
        };
        TimeDelta::seconds(i64::from(interval) + i64::from(longer))
    }

    /// The code to show now.
    pub fn show(&self, session: &session::Model, mode: CodeMode, now: DateTime<Utc>) -> ShownCode {
        let step = self.step_at(mode, now);
        let code = ScannedCode { session_id: session.id, mode, step, tag: self.tag(session, mode, step) };
        ShownCode { text: code.text(), issued_at: self.begin(mode, step), expires_at: self.begin(mode, step + 1) }
    }

    /// Whether what was scanned holds for a session now. Of several codes the youngest counts, and for a challenge three of them.
    pub fn read(&self, codes: &[ScannedCode], session: &session::Model, mode: CodeMode, now: DateTime<Utc>) -> Reading {
        let mut ages = Vec::with_capacity(codes.len());
        let mut of_other_rules = None::<TimeDelta>;
        for code in codes.iter().filter(|code| self.is_genuine(code, session)) {
            let age = now - self.begin(code.mode, code.step);
            if age < TimeDelta::zero() {
                continue;
            }
            if code.mode == mode {
                ages.push(age.num_milliseconds());
            } else {
                // It was shown before the session had these rules.
                of_other_rules = Some(of_other_rules.map_or(age, |other| other.min(age)));
            }
        }
        // The same code twice is one.
        ages.sort_unstable();
        ages.dedup();
        let accepted = self.accepted_for(mode);
        let accepted_ms = accepted.num_milliseconds();
        let sequence = match mode {
            CodeMode::Challenge => challenge::read(&mut ages, accepted_ms),
            CodeMode::Lenient | CodeMode::Strict => ages.first().map(|age_ms| match *age_ms < accepted_ms {
                true => Sequence::Complete { age_ms: *age_ms },
                false => Sequence::Expired { age_ms: *age_ms },
            }),
        };
        match sequence {
            Some(Sequence::Complete { age_ms }) => {
                let is_shown = age_ms < i64::from(self.interval_seconds(mode)) * 1000;
                let age = if is_shown { Age::Current } else { Age::Previous };
                let step = self.step_at(mode, now - TimeDelta::milliseconds(age_ms));
                Reading::Holds { age, age_seconds: age_ms / 1000, accepted_until: self.begin(mode, step) + accepted }
            }
            Some(Sequence::Unfinished { age_ms }) => Reading::Unfinished { age_seconds: age_ms / 1000 },
            Some(Sequence::Expired { age_ms }) => Reading::Expired { age_seconds: age_ms / 1000 },
            None => of_other_rules.map_or(Reading::Invalid, |age| Reading::Expired { age_seconds: age.num_seconds() }),
        }
    }

    /// When the youngest of them that is a code of the session was shown, whatever rules the session had then. It can have been scanned at no
    /// time before.
    pub fn display(&self, codes: &[ScannedCode], session: &session::Model) -> Option<Display> {
        let genuine = codes.iter().filter(|code| self.is_genuine(code, session));
        let youngest = genuine.max_by_key(|code| self.begin(code.mode, code.step))?;
        let from = self.begin(youngest.mode, youngest.step);
        Some(Display { mode: youngest.mode, from, until: from + self.accepted_for(youngest.mode) })
    }

    fn is_genuine(&self, code: &ScannedCode, session: &session::Model) -> bool {
        let is_own = bool::from(self.tag(session, code.mode, code.step).ct_eq(&code.tag));
        is_own && code.session_id == session.id
    }

    fn step_at(&self, mode: CodeMode, time: DateTime<Utc>) -> u32 {
        u32::try_from(time.timestamp().div_euclid(i64::from(self.interval_seconds(mode)))).unwrap_or(0)
    }

    fn begin(&self, mode: CodeMode, step: u32) -> DateTime<Utc> {
        let seconds = i64::from(step) * i64::from(self.interval_seconds(mode));
        DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::UNIX_EPOCH)
    }

    fn tag(&self, session: &session::Model, mode: CodeMode, step: u32) -> [u8; TAG_BYTES] {
        let session_key = keys::seal(&self.key, &[session.id.as_bytes(), &session.code_epoch.to_be_bytes()]);
        let seal = keys::seal(
            &session_key,
            &[domain(mode), session.college_id.as_bytes(), session.id.as_bytes(), &step.to_be_bytes()],
        );
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&seal[..TAG_BYTES]);
        tag
    }
}

#[cfg(test)]
#[path = "rotation_tests.rs"]
mod tests;
