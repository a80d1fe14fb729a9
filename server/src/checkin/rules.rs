//! What is decided about a check-in, from values alone.

use chrono::{DateTime, Utc};

use super::{
    factor::{self, Judged, geofence::Reported},
    refusal::Refusal,
};
use crate::{
    code::Reading,
    entity::{
        attendance_record::Status,
        evidence::{Evidence, Factor, Flag},
        policy_version::Rules,
        session::{Model as Session, State},
    },
    geofence::Fence,
    policy::{Weighed, weigh},
};

/// What the student shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown {
    /// What the code turned out to be; none where none was sent.
    pub code: Option<Reading>,
    pub position: Option<Reported>,
}

/// A decision and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub evidence: Vec<Evidence>,
    pub outcome: Result<Accepted, Refusal>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    pub status: Status,
    pub late_by_seconds: i32,
    /// As the record has it: QR, OTP, WIFI, FACE or COMBINED.
    pub verification_method: &'static str,
    /// What staff should look at.
    pub flags: Vec<Flag>,
}

/// Enrolled, active, what the rules ask for: in this order, so that nobody learns more of a session than that they are not in it.
pub fn decide(
    session: &Session,
    fence: &Fence,
    rules: &Rules,
    enrolled: bool,
    shown: &Shown,
    now: DateTime<Utc>,
) -> Decision {
    let judged = [factor::code::judge(shown.code), factor::geofence::judge(fence, shown.position)];
    let (evidence, refusals): (Vec<Evidence>, Vec<Option<Refusal>>) =
        judged.into_iter().map(|Judged { evidence, refusal }| (evidence, refusal)).unzip();
    let outcome = if !enrolled {
        Err(Refusal::NotEnrolled)
    } else if session.state != State::Active {
        Err(Refusal::SessionNotActive(session.state))
    } else {
        match weigh(rules, &evidence) {
            Weighed::MoreNeeded(factors) => Err(Refusal::MoreEvidenceNeeded(factors)),
            Weighed::Refused(flag) => Err(Refusal::Flagged(flag)),
            Weighed::Failed(factor) => {
                let refusal = evidence.iter().zip(refusals).find(|(item, _)| item.factor == factor);
                Err(refusal.and_then(|(_, refusal)| refusal).unwrap_or(Refusal::MoreEvidenceNeeded(vec![vec![factor]])))
            }
            Weighed::Met(flags) => {
                let grace_seconds = rules.late_grace_seconds.unwrap_or(session.late_grace_seconds);
                let (status, late_by_seconds) = punctuality(session, grace_seconds, now);
                Ok(Accepted { status, late_by_seconds, verification_method: method(&evidence), flags })
            }
        }
    };
    Decision { evidence, outcome }
}

/// What the student showed, in the words that records have for it. A position is no method: it says where, not how.
fn method(evidence: &[Evidence]) -> &'static str {
    use crate::entity::evidence::Verdict::Passed;
    let mut methods = evidence.iter().filter(|item| item.verdict == Passed).filter_map(|item| match item.factor {
        Factor::Code => Some("QR"),
        Factor::Otp => Some("OTP"),
        Factor::AccessPoints => Some("WIFI"),
        Factor::Face => Some("FACE"),
        _ => None,
    });
    match (methods.next(), methods.next()) {
        (Some(only), None) => only,
        (Some(_), Some(_)) => "COMBINED",
        (None, _) => "",
    }
}

/// A session begins when it was planned to, or when it was started if that was later: nobody is late for waiting at a door.
fn punctuality(session: &Session, grace_seconds: i32, now: DateTime<Utc>) -> (Status, i32) {
    let beginning = session.started_at.map_or(session.planned_start, |started| started.max(session.planned_start));
    let seconds = (now - beginning).num_seconds();
    if seconds > i64::from(grace_seconds) {
        (Status::Late, i32::try_from(seconds).unwrap_or(i32::MAX))
    } else {
        (Status::Present, 0)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
