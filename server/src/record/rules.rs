//! What is decided about records, from values alone.

use chrono::{DateTime, Days, SecondsFormat, Utc};
use uuid::Uuid;

use crate::{
    entity::{
        attendance_record::Status,
        college,
        session::{self, State},
    },
    organisation::{begin_of, day_in},
    principal::Principal,
    problem::{ErrorReason, Problem},
    session::state_name,
};
use rollcall_proto::v1::attendance_record as proto;

/// From when on the records of a session are as they are: so many days after the day on which it was to end.
pub fn locked_since(lock_days: i32, session: &session::Model) -> DateTime<Utc> {
    let last = day_in(&session.time_zone, session.planned_end);
    let days = u64::try_from(lock_days).unwrap_or(0) + 1;
    last.checked_add_days(Days::new(days)).map_or(DateTime::<Utc>::MAX_UTC, |day| begin_of(&session.time_zone, day))
}

/// Whether people may say of a session who was there: it has begun, and was not cancelled. A record from before it was
/// cancelled stays as it is, because it counts nowhere.
pub fn check_held(session: &session::Model) -> Result<(), Problem> {
    if matches!(session.state, State::Active | State::Completed) {
        return Ok(());
    }
    let state = state_name(session.state);
    let message = format!("The session is {state}: it can be marked once it has begun, and not if it is cancelled.");
    Err(Problem::new(ErrorReason::SessionNotActive, message).with("state", state))
}

/// Whether people may still change the records of a session.
pub fn check_lock(college: &college::Model, session: &session::Model, now: DateTime<Utc>) -> Result<(), Problem> {
    let since = locked_since(college.record_lock_days, session);
    if now < since {
        return Ok(());
    }
    let message = format!(
        "The records of this session are locked: they can be changed for {} days after its day.",
        college.record_lock_days
    );
    let since = since.to_rfc3339_opts(SecondsFormat::Secs, true);
    Err(Problem::new(ErrorReason::RecordLocked, message).with("locked_since", since))
}

/// Nobody says of themselves that they were there, whatever they have become since.
pub fn check_own(principal: &Principal, student_id: Uuid) -> Result<(), Problem> {
    if principal.id != student_id {
        return Ok(());
    }
    Err(Problem::new(ErrorReason::OwnRecord, "This is a record of your own. Ask another member of staff."))
}

/// What can be said by hand. PENDING is what an excuse makes of an absence.
pub fn by_hand(status: proto::Status) -> Result<Status, &'static str> {
    match status {
        proto::Status::Present => Ok(Status::Present),
        proto::Status::Late => Ok(Status::Late),
        proto::Status::Absent => Ok(Status::Absent),
        proto::Status::Excused => Ok(Status::Excused),
        proto::Status::Pending | proto::Status::Unspecified => Err("must be PRESENT, LATE, ABSENT or EXCUSED"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("it is a time")
    }

    #[test]
    fn records_are_locked_after_whole_days_of_the_session() {
        // (zone, planned end, days, locked since)
        let table = [
            ("UTC", "2026-03-01T12:00:00Z", 0, "2026-03-02T00:00:00Z"),
            ("UTC", "2026-03-01T12:00:00Z", 30, "2026-04-01T00:00:00Z"),
            ("Asia/Kolkata", "2026-03-01T12:00:00Z", 0, "2026-03-01T18:30:00Z"),
            ("Asia/Kolkata", "2026-03-01T19:00:00Z", 0, "2026-03-02T18:30:00Z"),
            // The clocks go forward in between.
            ("Europe/Berlin", "2026-03-28T12:00:00Z", 1, "2026-03-29T22:00:00Z"),
            ("America/New_York", "2026-10-31T12:00:00Z", 1, "2026-11-02T05:00:00Z"),
        ];
        for (zone, end, days, expected) in table {
            let session = session::Model {
                time_zone: zone.to_owned(),
                planned_end: at(end),
                ..session::Model::example(at("2026-03-01T11:00:00Z"))
            };
            assert_eq!(locked_since(days, &session), at(expected), "{zone} {end} {days}");
        }
    }

    #[test]
    fn who_was_there_is_said_of_sessions_that_are_held() {
        use State::{Active, Cancelled, Completed, Scheduled};
        for (state, allowed) in [(Scheduled, false), (Active, true), (Completed, true), (Cancelled, false)] {
            let session = session::Model { state, ..session::Model::example(at("2026-03-01T11:00:00Z")) };
            assert_eq!(check_held(&session).is_ok(), allowed, "{state:?}");
        }
    }

    #[test]
    fn what_an_excuse_decides_is_not_set_by_hand() {
        use proto::Status::{Absent, Excused, Late, Pending, Present, Unspecified};
        for (status, allowed) in
            [(Unspecified, false), (Present, true), (Late, true), (Absent, true), (Excused, true), (Pending, false)]
        {
            assert_eq!(by_hand(status).is_ok(), allowed, "{status:?}");
        }
    }
}
