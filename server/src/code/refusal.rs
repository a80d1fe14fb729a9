//! Why a code does not help, in one wording for everyone who reads codes.

use crate::problem::{ErrorReason, Problem};

pub fn invalid() -> Problem {
    Problem::new(ErrorReason::CodeInvalid, "This is no code of the session. Scan it again.")
}

pub fn expired(age_seconds: i64) -> Problem {
    Problem::new(ErrorReason::CodeExpired, "The code is too old. Scan the one that is shown now.")
        .with("age_seconds", age_seconds)
}

pub fn not_enrolled() -> Problem {
    Problem::new(ErrorReason::NotEnrolled, "You are not enrolled in this session's division.")
}

pub fn not_active(state: &str) -> Problem {
    Problem::new(ErrorReason::SessionNotActive, format!("The session is {state}; codes are shown while it is ACTIVE."))
        .with("state", state)
}
