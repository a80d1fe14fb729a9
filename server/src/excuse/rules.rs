//! What is decided about excuses, from values alone.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::{
    checkin::status_name,
    entity::{
        attendance_record, college,
        excuse::{Model, Status},
        session::{self, State},
    },
    problem::{ErrorReason, Problem},
    record::{check_lock, locked_since},
    session::state_name,
};

/// A decision of staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Approve,
    Refuse,
}

impl Decision {
    pub const fn status(self) -> Status {
        match self {
            Self::Approve => Status::Approved,
            Self::Refuse => Status::Refused,
        }
    }

    /// As it stands in the audit.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Approve => "excuse.approved",
            Self::Refuse => "excuse.refused",
        }
    }
}

/// Whether a student may ask to be excused from a session now; `record` is how their record stands.
pub fn check_asking(
    college: &college::Model,
    session: &session::Model,
    record: Option<attendance_record::Status>,
    is_enrolled: bool,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    use attendance_record::Status::{Absent, Excused, Late, Pending, Present};
    let nothing = |message: &str| Problem::new(ErrorReason::NothingToExcuse, message);
    let state = || state_name(session.state);
    match record {
        None if !is_enrolled => {
            return Err(Problem::new(ErrorReason::NotEnrolled, "You do not belong to this session."));
        }
        Some(status @ (Present | Late)) => {
            return Err(nothing("You were there: there is nothing to excuse.").with("status", status_name(status)));
        }
        Some(Excused) => {
            return Err(nothing("You are excused already.").with("status", status_name(Excused)));
        }
        None | Some(Absent | Pending) => {}
    }
    match (session.state, record) {
        (State::Cancelled, _) => return Err(nothing("The session was cancelled.").with("state", state())),
        (State::Completed, None) => {
            return Err(nothing("The session is over and has no record of you.").with("state", state()));
        }
        _ => {}
    }
    let deadline = session.planned_end + TimeDelta::days(college.excuse_request_days.into());
    if now >= deadline {
        return Err(passed("The time to ask for this session is over.", deadline));
    }
    check_lock(college, session, now)
}

/// Before when staff have to decide: so many days from the asking or the end of the session, and before its records are locked.
pub fn decide_by(college: &college::Model, session: &session::Model, now: DateTime<Utc>) -> DateTime<Utc> {
    let days = TimeDelta::days(college.excuse_decision_days.into());
    (now.max(session.planned_end) + days).min(locked_since(college.record_lock_days, session))
}

/// Why nobody can decide any more; the excuse was read after that had failed, or before it is tried.
pub fn check_open(excuse: &Model, now: DateTime<Utc>) -> Result<(), Problem> {
    let passed = || Err(passed("The time to decide on this excuse is over.", excuse.decide_by));
    match excuse.status {
        Status::Open if now < excuse.decide_by => Ok(()),
        Status::Open | Status::Expired => passed(),
        Status::Approved | Status::Refused => {
            Err(Problem::new(ErrorReason::AlreadyDecided, "Somebody has decided on this excuse before.")
                .with("status", status_text(excuse.status)))
        }
    }
}

/// What becomes of a record when its excuse stands so. That of a student who was there, or of whom somebody has said something
/// by hand since, stays.
pub const fn effect(excuse: Status, record: attendance_record::Status) -> Option<attendance_record::Status> {
    use attendance_record::Status::{Absent, Pending};
    match (excuse, record) {
        (Status::Open, Absent) => Some(Pending),
        (Status::Approved, Absent | Pending) => Some(attendance_record::Status::Excused),
        (Status::Refused | Status::Expired, Pending) => Some(Absent),
        _ => None,
    }
}

/// The name of a status, as the contract has it.
pub const fn status_text(status: Status) -> &'static str {
    match status {
        Status::Open => "OPEN",
        Status::Approved => "APPROVED",
        Status::Refused => "REFUSED",
        Status::Expired => "EXPIRED",
    }
}

fn passed(message: &str, deadline: DateTime<Utc>) -> Problem {
    let deadline = deadline.to_rfc3339_opts(SecondsFormat::Secs, true);
    Problem::new(ErrorReason::DeadlinePassed, format!("{message} Staff can correct the record."))
        .with("deadline", deadline)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::entity::attendance_record::Status as Record;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("it is a time")
    }

    fn college() -> college::Model {
        let text = str::to_owned;
        college::Model::fresh(Uuid::nil(), text("riverside"), text("Riverside"), text("UTC"), DateTime::UNIX_EPOCH)
    }

    /// It ends at noon of the first of March.
    fn session(state: State) -> session::Model {
        session::Model { state, ..session::Model::example(at("2026-03-01T11:00:00Z")) }
    }

    #[test]
    fn who_was_not_there_asks_in_time() {
        use ErrorReason::{DeadlinePassed, NotEnrolled, NothingToExcuse, RecordLocked};
        use State::{Active, Cancelled, Completed, Scheduled};
        let (early, last, late) = ("2026-02-01T00:00:00Z", "2026-03-15T11:59:59Z", "2026-03-15T12:00:00Z");
        // (state, record, enrolled, now, records locked after days)
        let table = [
            (Scheduled, None, true, early, 30, Ok(())),
            (Active, None, true, last, 30, Ok(())),
            (Completed, Some(Record::Absent), true, last, 30, Ok(())),
            (Completed, Some(Record::Absent), false, last, 30, Ok(())),
            (Completed, Some(Record::Pending), true, last, 30, Ok(())),
            (Scheduled, None, false, early, 30, Err(NotEnrolled)),
            (Cancelled, None, false, early, 30, Err(NotEnrolled)),
            (Active, Some(Record::Present), true, last, 30, Err(NothingToExcuse)),
            (Completed, Some(Record::Late), true, last, 30, Err(NothingToExcuse)),
            (Completed, Some(Record::Excused), true, last, 30, Err(NothingToExcuse)),
            (Completed, None, true, last, 30, Err(NothingToExcuse)),
            (Cancelled, Some(Record::Absent), true, last, 30, Err(NothingToExcuse)),
            (Completed, Some(Record::Absent), true, late, 30, Err(DeadlinePassed)),
            (Scheduled, None, true, late, 30, Err(DeadlinePassed)),
            (Completed, Some(Record::Absent), true, last, 13, Err(RecordLocked)),
            (Completed, Some(Record::Absent), true, last, 14, Ok(())),
        ];
        for (state, record, is_enrolled, now, record_lock_days, expected) in table {
            let college = college::Model { record_lock_days, ..college() };
            let found = check_asking(&college, &session(state), record, is_enrolled, at(now));
            assert_eq!(found.map_err(|problem| problem.reason), expected, "{state:?} {record:?} {now}");
        }
    }

    #[test]
    fn staff_decide_from_the_asking_or_the_end_on() {
        // (asked, days, records locked after days, before when)
        let table = [
            ("2026-02-01T00:00:00Z", 14, 30, "2026-03-15T12:00:00Z"),
            ("2026-03-10T08:00:00Z", 14, 30, "2026-03-24T08:00:00Z"),
            ("2026-03-10T08:00:00Z", 14, 20, "2026-03-22T00:00:00Z"),
        ];
        for (asked, excuse_decision_days, record_lock_days, expected) in table {
            let college = college::Model { excuse_decision_days, record_lock_days, ..college() };
            assert_eq!(decide_by(&college, &session(State::Completed), at(asked)), at(expected), "{asked}");
        }
    }

    #[test]
    fn an_excuse_never_touches_who_was_there() {
        let every = [Record::Present, Record::Late, Record::Absent, Record::Excused, Record::Pending];
        let table = [
            (Status::Open, [None, None, Some(Record::Pending), None, None]),
            (Status::Approved, [None, None, Some(Record::Excused), None, Some(Record::Excused)]),
            (Status::Refused, [None, None, None, None, Some(Record::Absent)]),
            (Status::Expired, [None, None, None, None, Some(Record::Absent)]),
        ];
        for (excuse, expected) in table {
            assert_eq!(every.map(|record| effect(excuse, record)), expected, "{excuse:?}");
        }
    }
}
