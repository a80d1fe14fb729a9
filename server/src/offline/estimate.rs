//! When a check-in was made that comes later, from values alone.
//!
//! The server has made the nonce, so its time is true. From there to the signing the device counts, by a clock that nobody sets. A code
//! that was scanned cannot have been scanned before it was shown, and a true one does not come from outside its session. Within that
//! nothing can be proven: who has the device can let it say what they like. So what is estimated is told with its bounds.

use chrono::{DateTime, TimeDelta, Utc};

/// Nonces take a moment to arrive, and clocks of phones go wrong by some seconds in a day.
const TOLERANCE: TimeDelta = TimeDelta::seconds(10);
/// The two clocks of a device may come apart by so much, as when it corrects one of them. A restart sets the one back that nobody sets, and
/// not the other.
const CLOCKS: TimeDelta = TimeDelta::minutes(5);

/// What the device tells, and the time of the nonce.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    pub asked_at: DateTime<Utc>,
    /// From the nonce's arrival to the signing, by the clock that nobody sets.
    pub elapsed: TimeDelta,
    /// By the clock that somebody may set.
    pub nonce_received_at: DateTime<Utc>,
    pub signed_at: DateTime<Utc>,
}

/// What the server knows by itself.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub started_at: DateTime<Utc>,
    /// None while the session runs.
    pub ended_at: Option<DateTime<Utc>>,
    /// From when until before when the code was accepted; none where no true one was scanned.
    pub code: Option<(DateTime<Utc>, DateTime<Utc>)>,
    pub arrived_at: DateTime<Utc>,
}

/// When it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// As far as one can tell: where there is a doubt and a code, when that was first shown.
    pub at: DateTime<Utc>,
    /// It was not before.
    pub earliest: DateTime<Utc>,
    /// By how much more the clock that somebody may set has moved on.
    pub clock_disagreement: TimeDelta,
    /// The first thing that speaks against what the device tells.
    pub doubt: Option<Doubt>,
}

/// What speaks against a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It has not come yet.
    Ahead,
    /// The code was not shown yet.
    BeforeCode,
    /// The code was shown no more.
    AfterCode,
    /// The session did not run.
    NotDuringSession,
    ClocksDisagree,
    /// Nothing but the device says when it was.
    NoCode,
}

pub fn estimate(told: &Told, known: &Known) -> Estimate {
    let claimed = told.asked_at + told.elapsed;
    let ended_at = known.ended_at.unwrap_or(known.arrived_at);
    let clock_disagreement = (told.signed_at - told.nonce_received_at) - told.elapsed;
    let earliest = known.code.map_or(told.asked_at, |(from, _)| from.max(told.asked_at));
    let doubt = if claimed > known.arrived_at + TOLERANCE {
        Some(Doubt::Ahead)
    } else if known.code.is_some_and(|(from, _)| claimed < from - TOLERANCE) {
        Some(Doubt::BeforeCode)
    } else if known.code.is_some_and(|(_, until)| claimed >= until) {
        Some(Doubt::AfterCode)
    } else if claimed < known.started_at - TOLERANCE || claimed > ended_at + TOLERANCE {
        Some(Doubt::NotDuringSession)
    } else if clock_disagreement.abs() > CLOCKS {
        Some(Doubt::ClocksDisagree)
    } else if known.code.is_none() {
        Some(Doubt::NoCode)
    } else {
        None
    };
    let at = match (doubt, known.code) {
        (Some(_), Some((from, _))) => from,
        _ => claimed.max(earliest),
    };
    // A code may have been shown a moment before its session began, and no replica's clock is quite another's.
    let at = at.min(ended_at).max(known.started_at).min(known.arrived_at);
    Estimate { at, earliest: earliest.min(known.arrived_at), clock_disagreement, doubt }
}

#[cfg(test)]
#[path = "estimate_tests.rs"]
mod tests;
