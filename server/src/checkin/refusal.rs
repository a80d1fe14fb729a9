//! Why a check-in is refused.

use crate::{
    code,
    entity::session::State,
    geofence,
    problem::{ErrorReason, Problem},
    session,
};

use super::evidence::Factor;

#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    NotEnrolled,
    SessionNotActive(State),
    EvidenceMissing(Vec<Factor>),
    CodeInvalid,
    CodeExpired {
        age_seconds: i64,
    },
    OutsideGeofence {
        distance_meters: f64,
        edge_distance_meters: f64,
        radius_meters: f64,
        accuracy_meters: Option<f64>,
    },
}

impl Refusal {
    pub const fn reason(&self) -> ErrorReason {
        match self {
            Self::NotEnrolled => ErrorReason::NotEnrolled,
            Self::SessionNotActive(_) => ErrorReason::SessionNotActive,
            Self::EvidenceMissing(_) => ErrorReason::MoreEvidenceNeeded,
            Self::CodeInvalid => ErrorReason::CodeInvalid,
            Self::CodeExpired { .. } => ErrorReason::CodeExpired,
            Self::OutsideGeofence { .. } => ErrorReason::OutsideGeofence,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let problem = |text: String| Self::new(refusal.reason(), text);
        match &refusal {
            Refusal::NotEnrolled => code::not_enrolled(),
            Refusal::SessionNotActive(state) => {
                let text = match state {
                    State::Scheduled => "The session has not been started yet. Ask the teacher.",
                    State::Active | State::Completed => "The session is over. Ask the teacher.",
                    State::Cancelled => "The session was cancelled.",
                };
                problem(text.to_owned()).with("state", session::state_name(*state))
            }
            Refusal::EvidenceMissing(factors) => {
                let names: Vec<_> = factors.iter().map(|factor| factor.name()).collect();
                let wanted: Vec<_> = factors
                    .iter()
                    .map(|factor| match factor {
                        Factor::Code => "scan the QR code",
                        Factor::Geofence => "switch location on",
                    })
                    .collect();
                problem(format!("More is needed: {}.", wanted.join(" and "))).with("factors", names.join(","))
            }
            Refusal::CodeInvalid => code::invalid(),
            Refusal::CodeExpired { age_seconds } => code::expired(*age_seconds),
            Refusal::OutsideGeofence { distance_meters, edge_distance_meters, radius_meters, accuracy_meters } => {
                geofence::Outside {
                    distance_meters: *distance_meters,
                    edge_distance_meters: *edge_distance_meters,
                    radius_meters: *radius_meters,
                    accuracy_meters: *accuracy_meters,
                }
                .into()
            }
        }
    }
}
