//! What is decided about a check-in, from values alone.

use chrono::{DateTime, Utc};

use super::{
    evidence::{Evidence, Factor, Verdict},
    refusal::Refusal,
};
use crate::{
    code::{Age, Reading},
    entity::{
        attendance_record::Status,
        session::{Model as Session, State},
    },
    geofence::{Fence, Place, Position, Sighting},
};

/// What the student shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown {
    /// What the code turned out to be; none where none was sent.
    pub code: Option<Reading>,
    pub position: Option<Position>,
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
}

/// Enrolled, active, code, place: in this order, so that nobody learns more of a session than that they are not in it.
pub fn decide(session: &Session, fence: &Fence, enrolled: bool, shown: &Shown, now: DateTime<Utc>) -> Decision {
    let code = shown.code.map(judge_code);
    let place = shown.position.map(|position| judge_place(fence, &position));
    let evidence = vec![
        code.as_ref().map_or_else(
            || Evidence::new(Factor::Code, Verdict::Missing, "No code was scanned."),
            |(evidence, _)| evidence.clone(),
        ),
        place.as_ref().map_or_else(
            || Evidence::new(Factor::Geofence, Verdict::Missing, "No position was sent."),
            |(evidence, _)| evidence.clone(),
        ),
    ];
    let outcome = if !enrolled {
        Err(Refusal::NotEnrolled)
    } else if session.state != State::Active {
        Err(Refusal::SessionNotActive(session.state))
    } else {
        match (code, place) {
            (Some((_, Err(refusal))), _) => Err(refusal),
            (None, place) => {
                let position = place.is_none().then_some(Factor::Geofence);
                Err(Refusal::EvidenceMissing([Factor::Code].into_iter().chain(position).collect()))
            }
            (Some(_), None) => Err(Refusal::EvidenceMissing(vec![Factor::Geofence])),
            (Some(_), Some((_, Err(refusal)))) => Err(refusal),
            (Some(_), Some((_, Ok(())))) => Ok(punctuality(session, now)),
        }
    };
    Decision { evidence, outcome }
}

fn judge_code(reading: Reading) -> (Evidence, Result<(), Refusal>) {
    match reading {
        Reading::Holds { age, age_seconds } => {
            let detail = match age {
                Age::Current => "The code was being shown.",
                Age::Previous => "The code had been shown just before.",
            };
            let evidence =
                Evidence::new(Factor::Code, Verdict::Passed, detail).figure("age_seconds", age_seconds as f64);
            (evidence, Ok(()))
        }
        Reading::Expired { age_seconds } => {
            let evidence = Evidence::new(Factor::Code, Verdict::Failed, "The code was too old.")
                .figure("age_seconds", age_seconds as f64);
            (evidence, Err(Refusal::CodeExpired { age_seconds }))
        }
        Reading::Invalid => {
            let evidence = Evidence::new(Factor::Code, Verdict::Failed, "The code was not of this session.");
            (evidence, Err(Refusal::CodeInvalid))
        }
    }
}

fn judge_place(fence: &Fence, position: &Position) -> (Evidence, Result<(), Refusal>) {
    let Sighting { place, distance_meters, edge_distance_meters } = fence.sight(position);
    let radius_meters = fence.circle().radius_meters;
    let (verdict, detail) = match place {
        Place::Inside => (Verdict::Passed, "You were at the place.".to_owned()),
        Place::Uncertain => {
            (Verdict::Uncertain, "Your position was too inexact to tell whether you were at the place.".to_owned())
        }
        Place::Outside => {
            (Verdict::Failed, format!("You were {:.0} m outside the place.", edge_distance_meters.ceil()))
        }
    };
    let mut evidence = Evidence::new(Factor::Geofence, verdict, detail)
        .figure("distance_meters", distance_meters)
        .figure("radius_meters", radius_meters)
        .figure("edge_distance_meters", edge_distance_meters);
    if let Some(accuracy) = position.accuracy_meters {
        evidence = evidence.figure("accuracy_meters", accuracy);
    }
    let outcome = match place {
        // Until a policy says otherwise, who may have been there was there; the record keeps the doubt.
        Place::Inside | Place::Uncertain => Ok(()),
        Place::Outside => {
            let accuracy_meters = position.accuracy_meters;
            Err(Refusal::OutsideGeofence { distance_meters, edge_distance_meters, radius_meters, accuracy_meters })
        }
    };
    (evidence, outcome)
}

/// A session begins when it was planned to, or when it was started if that was later: nobody is late for waiting at a door.
fn punctuality(session: &Session, now: DateTime<Utc>) -> Accepted {
    let beginning = session.started_at.map_or(session.planned_start, |started| started.max(session.planned_start));
    let seconds = (now - beginning).num_seconds();
    if seconds > i64::from(session.late_grace_seconds) {
        Accepted { status: Status::Late, late_by_seconds: i32::try_from(seconds).unwrap_or(i32::MAX) }
    } else {
        Accepted { status: Status::Present, late_by_seconds: 0 }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
