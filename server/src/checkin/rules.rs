//! What is decided about a check-in, from values alone.

use chrono::{DateTime, Utc};

use super::{
    earlier::{self, Earlier},
    factor::{self, Judged, access_points::Heard, geofence::Reported, offline::MadeAt, travel::Whereabouts},
    refusal::Refusal,
};
use crate::{
    code::{OtpReading, Reading},
    device::Looked,
    entity::{
        attendance_record::Status,
        evidence::{Evidence, Factor, Flag},
        policy_version::Rules,
        session::{Model as Session, State},
    },
    face,
    geofence::Fence,
    policy::{Beginning, Weighed, late_by_seconds, weigh},
};

/// What the student shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown<'s> {
    /// What the code turned out to be; none where none was sent.
    pub code: Option<Reading>,
    /// What the one-time password turned out to be; none where none was sent.
    pub otp: Option<OtpReading>,
    pub position: Option<Reported>,
    /// What the place is called that the position is held against, where it might have been another one.
    pub place_name: Option<&'s str>,
    /// What there is to say of the device; none where there is nothing.
    pub device: Option<Looked>,
    /// Whether the device has checked somebody else in to the session.
    pub is_shared: bool,
    /// What was heard; none where no scan was sent.
    pub access_points: Option<Heard<'s>>,
    /// Whether the call came from the college's campus; none where it declared no networks.
    pub is_on_campus: Option<bool>,
    /// What the student's earlier check-ins say, where this one has a place.
    pub earlier: &'s [Earlier],
    /// What the picture of the face turned out to be; none where none was sent.
    pub face: Option<face::Reading>,
    /// When it was made, where that was without a network. The session ran then, as whoever says so has made sure.
    pub offline: Option<MadeAt>,
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
    shown: &Shown<'_>,
    now: DateTime<Utc>,
) -> Decision {
    // Nobody answers a challenge without a network; one code of it is enough to be looked at, and never counts by itself.
    let is_answered = factor::device::answers_challenge(shown.device) || shown.offline.is_some();
    let mut judged = vec![factor::code::judge(shown.code, is_answered)];
    judged.extend(shown.otp.map(factor::otp::judge));
    let is_resent = shown.position.is_some_and(|reported| earlier::is_resent(&reported.position, shown.earlier, now));
    judged.push(factor::geofence::judge(fence, shown.place_name, shown.position, is_resent));
    judged.extend(factor::device::judge(shown.device, shown.is_shared).map(|device| match shown.offline {
        None => device,
        Some(made_at) => factor::offline::note(device, made_at),
    }));
    judged.extend(shown.access_points.map(factor::access_points::judge));
    judged.extend(shown.is_on_campus.map(factor::network::judge));
    let way = earlier::last(shown.earlier).zip(whereabouts(fence, shown, now));
    judged.extend(way.and_then(|(from, to)| factor::travel::judge(from, to)));
    judged.extend(shown.face.map(factor::face::judge));
    let (evidence, refusals): (Vec<Evidence>, Vec<Option<Refusal>>) =
        judged.into_iter().map(|Judged { evidence, refusal }| (evidence, refusal)).unzip();
    let outcome = if !enrolled {
        Err(Refusal::NotEnrolled)
    } else if session.state != State::Active && shown.offline.is_none() {
        Err(Refusal::SessionNotActive(session.state))
    } else {
        match weigh(rules, &evidence) {
            Weighed::MoreNeeded(factors) => {
                Err(unreadable(&factors, &evidence, &refusals).unwrap_or(Refusal::MoreEvidenceNeeded(factors)))
            }
            Weighed::Refused(flag) => Err(Refusal::Flagged(flag)),
            Weighed::Failed(factor) => {
                let refusal = evidence.iter().zip(refusals).find(|(item, _)| item.factor == factor);
                Err(refusal.and_then(|(_, refusal)| refusal).unwrap_or(Refusal::MoreEvidenceNeeded(vec![vec![factor]])))
            }
            Weighed::Met(flags) => {
                let Session { planned_start, started_at, late_grace_seconds, .. } = *session;
                let late = late_by_seconds(rules, Beginning { planned_start, started_at, late_grace_seconds }, now);
                let status = if late.is_some() { Status::Late } else { Status::Present };
                let late_by_seconds = late.unwrap_or_default();
                Ok(Accepted { status, late_by_seconds, verification_method: method(&evidence), flags })
            }
        }
    };
    Decision { evidence, outcome }
}

/// Where the student is: as the device measured it, or at the place whose access point is near. None where neither was shown.
pub fn whereabouts(fence: &Fence, shown: &Shown<'_>, now: DateTime<Utc>) -> Option<Whereabouts> {
    match (shown.position, shown.access_points) {
        (Some(reported), _) => Some(Whereabouts::measured(reported.position, now)),
        (None, Some(heard)) if factor::access_points::matched(heard).is_some() => {
            Some(Whereabouts::at_place(*fence.circle(), now))
        }
        _ => None,
    }
}

/// Where one factor alone is wanted still, and was sent, and could not be read: why.
fn unreadable(needed: &[Vec<Factor>], evidence: &[Evidence], refusals: &[Option<Refusal>]) -> Option<Refusal> {
    let [wanted] = needed else { return None };
    let sent = evidence.iter().zip(refusals).find(|(item, _)| *wanted == [item.factor]);
    sent.and_then(|(_, refusal)| refusal.clone())
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

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
