//! Whether a check-in that was made without a network counts by itself, from values alone.

use chrono::{DateTime, TimeDelta, Utc};

use super::estimate::{self, Estimate};
use crate::entity::policy_version::CodeMode;

/// For so much longer than the college's window somebody can still be asked.
const LOOKED_AT_FOR: TimeDelta = TimeDelta::days(7);

/// What it is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The college's; zero where it takes none.
    pub window: TimeDelta,
    /// How long the session was to last, or has.
    pub session_length: TimeDelta,
    pub code_mode: CodeMode,
    pub is_running: bool,
}

/// What came, and when.
#[derive(Clone, Copy, Debug)]
pub struct Came {
    pub estimate: Estimate,
    pub asked_at: DateTime<Utc>,
    pub arrived_at: DateTime<Utc>,
    /// Since when the key that signed is active.
    pub key_since: DateTime<Utc>,
    /// By which rules the code was shown; none where no true one was scanned.
    pub code_mode: Option<CodeMode>,
}

/// Why it does not count by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    Late,
    NonceOld,
    KeyYounger,
    /// The rules have changed since the code was shown.
    OtherRules,
    Challenge,
    Time(estimate::Doubt),
}

/// Why it is worth nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Disabled,
    TooLate(TimeDelta),
    NotDuringSession,
    StillRunning(Doubt),
}

/// What speaks against letting it count by itself, or why it is refused.
pub fn receive(came: &Came, terms: &Terms) -> Result<Option<Doubt>, Refused> {
    if terms.window.is_zero() {
        return Err(Refused::Disabled);
    }
    let (after, nonce_age) = (came.arrived_at - came.estimate.at, came.arrived_at - came.asked_at);
    // Who asks for a nonce before the session, and loses the network in it, has the whole window still.
    let nonce_window = terms.window + terms.session_length;
    if after > terms.window + LOOKED_AT_FOR || nonce_age > nonce_window + LOOKED_AT_FOR {
        return Err(Refused::TooLate(after.max(nonce_age)));
    }
    let time = came.estimate.doubt;
    // With a true code somebody was shown it in the session. Without one nothing is left.
    if time == Some(estimate::Doubt::NotDuringSession) && came.code_mode.is_none() {
        return Err(Refused::NotDuringSession);
    }
    let doubts = [
        time.map(Doubt::Time),
        (came.key_since > came.estimate.at).then_some(Doubt::KeyYounger),
        came.code_mode.is_some_and(|mode| mode != terms.code_mode).then_some(Doubt::OtherRules),
        // That was to show that somebody stands before the screen at that moment, which nobody can know later.
        (terms.code_mode == CodeMode::Challenge).then_some(Doubt::Challenge),
        (after > terms.window).then_some(Doubt::Late),
        (nonce_age > nonce_window).then_some(Doubt::NonceOld),
    ];
    match doubts.into_iter().flatten().next() {
        // An absence now would be in the way of a check-in that may come yet.
        Some(doubt) if terms.is_running => Err(Refused::StillRunning(doubt)),
        doubt => Ok(doubt),
    }
}

impl Doubt {
    /// As metadata has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Late => "LATE",
            Self::NonceOld => "NONCE_OLD",
            Self::KeyYounger => "KEY_YOUNGER",
            Self::OtherRules => "OTHER_RULES",
            Self::Challenge => "CHALLENGE",
            Self::Time(estimate::Doubt::Ahead) => "TIME_AHEAD",
            Self::Time(estimate::Doubt::BeforeCode) => "BEFORE_CODE",
            Self::Time(estimate::Doubt::AfterCode) => "AFTER_CODE",
            Self::Time(estimate::Doubt::NotDuringSession) => "NOT_DURING_SESSION",
            Self::Time(estimate::Doubt::ClocksDisagree) => "CLOCKS_DISAGREE",
            Self::Time(estimate::Doubt::NoCode) => "NO_CODE",
        }
    }

    /// For the student.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Late => "It was handed in late.",
            Self::NonceOld => "Its nonce is old.",
            Self::KeyYounger => "The key of the device was not active yet.",
            Self::OtherRules => "Codes have changed since.",
            Self::Challenge => "The session's codes have to be answered with a network.",
            Self::Time(estimate::Doubt::Ahead) => "By its clock it is not made yet.",
            Self::Time(estimate::Doubt::BeforeCode) => "By its clock the code was not shown yet.",
            Self::Time(estimate::Doubt::AfterCode) => "By its clock the code was not shown any more.",
            Self::Time(estimate::Doubt::NotDuringSession) => "By its clock the session did not run.",
            Self::Time(estimate::Doubt::ClocksDisagree) => "Its clock was set, or it was restarted.",
            Self::Time(estimate::Doubt::NoCode) => "No code says when that was.",
        }
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
