//! Why a check-in is refused.

use std::time::Duration;

use crate::{
    code,
    entity::{
        evidence::{Factor, Flag},
        session::State,
    },
    face, geofence, policy,
    problem::{ErrorReason, Problem},
    session,
};

#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    NotEnrolled,
    SessionNotActive(State),
    /// Each needs one of its factors.
    MoreEvidenceNeeded(Vec<Vec<Factor>>),
    CodeInvalid,
    CodeExpired {
        age_seconds: i64,
    },
    OtpInvalid,
    OtpExpired {
        age_seconds: i64,
    },
    AttemptsExhausted {
        retry_after_seconds: i64,
    },
    OutsideGeofence(geofence::Outside),
    /// The signature does not show that the device is the student's: why not, and in words.
    DeviceNotProven(&'static str, &'static str),
    /// What is heard is not what is heard at the place.
    AccessPointsElsewhere,
    /// Its picture shows no face, several, or none that is clear.
    FaceUnclear(face::Fault),
    FaceMismatch,
    /// Nobody had time for its picture.
    FaceBusy,
    /// Its picture was one too many. When there may be another one.
    FaceLimited(Duration),
    /// Something that is not to be accepted.
    Flagged(Flag),
}

impl Refusal {
    pub const fn reason(&self) -> ErrorReason {
        match self {
            Self::NotEnrolled => ErrorReason::NotEnrolled,
            Self::SessionNotActive(_) => ErrorReason::SessionNotActive,
            Self::MoreEvidenceNeeded(_) => ErrorReason::MoreEvidenceNeeded,
            Self::CodeInvalid => ErrorReason::CodeInvalid,
            Self::CodeExpired { .. } => ErrorReason::CodeExpired,
            Self::OtpInvalid => ErrorReason::OtpInvalid,
            Self::OtpExpired { .. } => ErrorReason::OtpExpired,
            Self::AttemptsExhausted { .. } => ErrorReason::AttemptsExhausted,
            Self::OutsideGeofence(_) => ErrorReason::OutsideGeofence,
            Self::DeviceNotProven(..) => ErrorReason::DeviceNotProven,
            Self::AccessPointsElsewhere => ErrorReason::AccessPointsElsewhere,
            Self::FaceUnclear(_) => ErrorReason::FaceQuality,
            Self::FaceMismatch => ErrorReason::FaceMismatch,
            Self::FaceBusy => ErrorReason::Overloaded,
            Self::FaceLimited(_) => ErrorReason::RateLimited,
            Self::Flagged(_) => ErrorReason::CheckInRefused,
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
            Refusal::MoreEvidenceNeeded(needed) => policy::more_needed(needed),
            Refusal::Flagged(flag) => problem(flagged(*flag).to_owned()).with("flag", flag.name()),
            Refusal::CodeInvalid => code::invalid(),
            Refusal::CodeExpired { age_seconds } => code::expired(*age_seconds),
            Refusal::OtpInvalid => code::otp_invalid(),
            Refusal::OtpExpired { age_seconds } => code::otp_expired(*age_seconds),
            Refusal::AttemptsExhausted { retry_after_seconds } => code::attempts_exhausted(*retry_after_seconds),
            Refusal::OutsideGeofence(outside) => (*outside).into(),
            Refusal::FaceUnclear(fault) => face::unclear(*fault),
            Refusal::FaceBusy => face::busy(),
            Refusal::FaceLimited(wait) => face::limited(*wait),
            Refusal::FaceMismatch => problem(
                "The picture does not show the face that you enrolled. Take another one, or ask the teacher."
                    .to_owned(),
            ),
            Refusal::DeviceNotProven(cause, words) => problem((*words).to_owned()).with("cause", cause),
            Refusal::AccessPointsElsewhere => problem(
                "What your device hears is not the Wi-Fi of the place. Send its location, or ask the teacher."
                    .to_owned(),
            ),
        }
    }
}

const fn flagged(flag: Flag) -> &'static str {
    match flag {
        Flag::MockedPosition => "Your device sends a made-up position. Switch that off, or ask the teacher.",
        Flag::AbsurdAccuracy => "Your device does not know where it is. Switch location on, or ask the teacher.",
        Flag::SharedDevice => "This device checked somebody else in. Use your own, or ask the teacher.",
        Flag::ForeignDevice => "This is not the device that you enrolled. Use that one, or ask the teacher.",
        Flag::ReplayedPosition => {
            "Your device sends a position that it sent days ago. Switch location off and on, or ask the teacher."
        }
        Flag::ImpossibleTravel => "You checked in too far away just before. Ask the teacher.",
        Flag::Uncertain
        | Flag::Contradiction
        | Flag::SharedPosition
        | Flag::ReplayedScan
        | Flag::Offline
        | Flag::ReplayedPicture
        | Flag::Unknown => "This check-in has to be made by the teacher. Ask her.",
    }
}
