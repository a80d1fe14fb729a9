//! What is decided about feedback, from values alone.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::{
    checkin::status_name,
    entity::{
        attendance_record::Status,
        session::{Model as Session, State},
    },
    problem::{ErrorReason, Problem},
    session::state_name,
};

/// Fewer answers than these are never shown: of one or two, each would know the other's.
pub const LEAST_ANSWERS: i32 = 3;

/// How long after the closing figures are published: longer than an answer that came in time can be on its way, and than the clocks
/// of two replicas differ. What is published does not change any more.
const SETTLING: TimeDelta = TimeDelta::seconds(30);

/// When the feedback of a session closes that has no answer yet, if it is over.
pub fn closes_at(session: &Session, feedback_days: i32) -> Option<DateTime<Utc>> {
    let ended_at = session.ended_at.filter(|_| session.state == State::Completed)?;
    Some(ended_at + TimeDelta::days(feedback_days.into()))
}

/// Whether the figures may be shown: by no answer that comes can they change.
pub fn is_published(closes_at: DateTime<Utc>, answers: i32, now: DateTime<Utc>) -> bool {
    answers >= LEAST_ANSWERS && closes_at <= published_until(now)
}

/// What closed by then is published now.
pub fn published_until(now: DateTime<Utc>) -> DateTime<Utc> {
    now - SETTLING
}

/// Refuses an answer that comes too late.
pub fn check_open(closes_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Problem> {
    if now < closes_at {
        return Ok(());
    }
    let refusal = Problem::new(ErrorReason::FeedbackClosed, "The feedback on this session is closed.");
    Err(refusal.with("closed_at", closes_at.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
}

/// The refusal of an answer about a session that is not over, or was cancelled.
pub fn not_open(session: &Session) -> Problem {
    let state = state_name(session.state);
    let message = format!("The session is {state}; feedback is taken once it is COMPLETED.");
    Problem::new(ErrorReason::FeedbackNotOpen, message).with("state", state)
}

/// Refuses who was not there.
pub fn check_attended(status: Option<Status>) -> Result<(), Problem> {
    let status = match status {
        Some(Status::Present | Status::Late) => return Ok(()),
        Some(status) => status_name(status),
        None => "",
    };
    let refusal = Problem::new(ErrorReason::FeedbackNotAttended, "Feedback is for those who attended the session.");
    Err(refusal.with("status", status))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("it is a time")
    }

    #[test]
    fn figures_are_shown_of_three_and_once_nothing_can_change_them() {
        let table = [
            (3, -1, false),
            (3, 0, false),
            (3, 29, false),
            (3, 30, true),
            (2, 30, false),
            (0, 1_000_000, false),
            (500, 30, true),
            (500, 0, false),
        ];
        for (answers, after, expected) in table {
            assert_eq!(is_published(at(0), answers, at(after)), expected, "{answers} {after}");
            // Whatever is published takes nothing more.
            assert!(!expected || check_open(at(0), at(after)).is_err(), "{answers} {after}");
        }
    }

    #[test]
    fn feedback_opens_with_the_end_and_closes_days_later() {
        let session = |state, ended_at| Session { state, ended_at, ..Session::example(at(0)) };
        let day = 86_400;
        let table = [
            (State::Scheduled, None, 7, None),
            (State::Active, None, 7, None),
            (State::Cancelled, Some(at(9)), 7, None),
            (State::Completed, Some(at(9)), 7, Some(at(9 + 7 * day))),
            (State::Completed, Some(at(9)), 0, Some(at(9))),
        ];
        for (state, ended_at, days, expected) in table {
            assert_eq!(closes_at(&session(state, ended_at), days), expected, "{state:?} {days}");
        }
    }

    #[test]
    fn feedback_is_for_those_who_were_there() {
        let table = [
            (Some(Status::Present), None),
            (Some(Status::Late), None),
            (Some(Status::Absent), Some("ABSENT")),
            (Some(Status::Excused), Some("EXCUSED")),
            (Some(Status::Pending), Some("PENDING")),
            (None, Some("")),
        ];
        for (status, expected) in table {
            let told = check_attended(status).err().map(|problem| problem.metadata["status"].clone());
            assert_eq!(told.as_deref(), expected, "{status:?}");
        }
    }
}
