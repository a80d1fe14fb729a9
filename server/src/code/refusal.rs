//! Why a code does not help, in one wording for everyone who reads codes.

use std::time::Duration;

use crate::{
    entity::evidence::Factor,
    policy,
    problem::{ErrorReason, Problem},
};

pub fn invalid() -> Problem {
    Problem::new(ErrorReason::CodeInvalid, "This is no code of the session. Scan it again.")
}

pub fn expired(age_seconds: i64) -> Problem {
    Problem::new(ErrorReason::CodeExpired, "The code is too old. Scan the one that is shown now.")
        .with("age_seconds", age_seconds)
}

pub fn unfinished() -> Problem {
    let message = "Hold the camera before the screen until it has seen three codes.".to_owned();
    Problem { message, ..policy::more_needed(&[vec![Factor::Code]]) }
}

pub fn otp_invalid() -> Problem {
    Problem::new(ErrorReason::OtpInvalid, "This is not the one-time password of the session. Enter it again.")
}

pub fn otp_expired(age_seconds: i64) -> Problem {
    Problem::new(ErrorReason::OtpExpired, "The one-time password is too old. Enter the one that is shown now.")
        .with("age_seconds", age_seconds)
}

pub fn attempts_exhausted(retry_after_seconds: i64) -> Problem {
    Problem::new(
        ErrorReason::AttemptsExhausted,
        "You entered too many wrong one-time passwords. Wait for the next one, or scan the code.",
    )
    .retry_after(Duration::from_secs(retry_after_seconds.unsigned_abs()))
}

pub fn not_enrolled() -> Problem {
    Problem::new(ErrorReason::NotEnrolled, "You are not enrolled in this session's division.")
}

/// For staff, about somebody whom they want to send something. Who is of another college is not told from who is not there.
pub fn student_not_enrolled() -> Problem {
    Problem::new(ErrorReason::NotEnrolled, "This student is not enrolled in the session's division.")
}

pub fn not_active(state: &str) -> Problem {
    Problem::new(ErrorReason::SessionNotActive, format!("The session is {state}; codes are shown while it is ACTIVE."))
        .with("state", state)
}
