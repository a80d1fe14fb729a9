//! Why a check-in that was made without a network is refused, where one with a network cannot be for that.

use chrono::TimeDelta;

use super::rules::{Doubt, Refused};
use crate::{
    checkin::Refusal,
    device::Proof,
    entity::session::State,
    problem::{ErrorReason, Problem},
};

pub fn refuse(refused: Refused, state: State) -> Problem {
    match refused {
        Refused::Disabled => Problem::new(
            ErrorReason::OfflineDisabled,
            "The college takes no check-ins that were made without a network. Ask the teacher.",
        ),
        Refused::TooLate(after) => too_late(after),
        Refused::NotDuringSession => Problem::new(
            ErrorReason::SessionNotActive,
            "The session did not run when this check-in was made. Ask the teacher.",
        )
        .with("state", crate::session::state_name(state)),
        Refused::StillRunning(doubt) => still_running(doubt),
    }
}

fn too_late(after: TimeDelta) -> Problem {
    Problem::new(ErrorReason::OfflineTooLate, "This check-in was handed in too late. Ask the teacher.")
        .with("handed_in_after_seconds", after.num_seconds())
}

fn still_running(doubt: Doubt) -> Problem {
    let words = doubt.words();
    Problem::new(
        ErrorReason::OfflineTimeUncertain,
        format!("{words} Check in now, or hand it in again when the session is over."),
    )
    .with("cause", doubt.name())
}

/// Without a network nothing but the signature says whose check-in it is. None where it does.
pub const fn unproven(proof: Proof) -> Option<Refusal> {
    let (cause, words) = match proof {
        Proof::Holds => return None,
        Proof::Unsigned => ("UNSIGNED", "A check-in without a network has to be signed. Enrol the device."),
        Proof::KeyUnknown => ("KEY_UNKNOWN", "This device is not enrolled by you. Enrol it, or ask the teacher."),
        Proof::Pending { .. } => (
            "KEY_PENDING",
            "The key of this device is not active yet. Hand it in again when it is, or ask the teacher.",
        ),
        Proof::NonceInvalid => ("NONCE_INVALID", "The nonce was not made for you. Ask the teacher."),
        Proof::NonceExpired => ("NONCE_EXPIRED", "The nonce was too old. Ask the teacher."),
        Proof::SignatureWrong => ("SIGNATURE_WRONG", "The signature does not fit the check-in. Ask the teacher."),
        Proof::Revoked => ("KEY_REVOKED", "The key of this device is revoked. Ask the teacher."),
        Proof::OthersKey => ("OTHERS_KEY", "This device is enrolled by somebody else. Ask the teacher."),
    };
    Some(Refusal::DeviceNotProven(cause, words))
}
