//! When a session may be started, how a start keeps to the plan, and when the server does what nobody has done. From values
//! alone.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::{
    convert::clock_text,
    entity::{
        college,
        session::{Adherence, EndReason, Model, State},
    },
    organisation,
    problem::{ErrorReason, Problem},
};

/// How far from the plan a start still is on time.
const ON_TIME: TimeDelta = TimeDelta::minutes(5);

/// From when until when a session may be started, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartWindow {
    pub opens: DateTime<Utc>,
    /// Never after the planned end: what is over by the plan is not begun any more.
    pub closes: DateTime<Utc>,
}

impl StartWindow {
    pub fn of(session: &Model, college: &college::Model) -> Self {
        let minutes = |minutes: i32| TimeDelta::minutes(minutes.into());
        Self {
            opens: session.planned_start - minutes(college.start_early_minutes),
            closes: (session.planned_start + minutes(college.start_late_minutes)).min(session.planned_end),
        }
    }

    pub fn check(&self, session: &Model, now: DateTime<Utc>) -> Result<(), Problem> {
        let zone = organisation::zone(&session.time_zone);
        let shown = |at: DateTime<Utc>| {
            let local = at.with_timezone(&zone);
            format!("{} on {}", clock_text(local.time()), local.date_naive())
        };
        let words = if now < self.opens {
            format!("The session can be started from {} on. Wait until then.", shown(self.opens))
        } else if now > self.closes {
            format!("The session could be started until {}. Plan another one.", shown(self.closes))
        } else {
            return Ok(());
        };
        let stamp = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let refusal = Problem::new(ErrorReason::StartWindow, words);
        Err(refusal.with("opens_at", stamp(self.opens)).with("closes_at", stamp(self.closes)))
    }
}

/// How a start keeps to the plan, and by how many seconds it is after it.
pub fn adherence(planned_start: DateTime<Utc>, now: DateTime<Utc>) -> (Adherence, i32) {
    let after = now - planned_start;
    let adherence = match after {
        early if early < -ON_TIME => Adherence::Early,
        late if late > ON_TIME => Adherence::Late,
        _ => Adherence::OnTime,
    };
    (adherence, i32::try_from(after.num_seconds()).unwrap_or(i32::MAX))
}

/// Whether nobody has done in time what was to be done with a session, so that the server does it.
pub fn overdue(session: &Model, college: &college::Model, now: DateTime<Utc>) -> Option<EndReason> {
    match session.state {
        State::Scheduled if now > StartWindow::of(session, college).closes => Some(EndReason::NotStarted),
        State::Active if now > last_end(session, college) => Some(EndReason::NotEnded),
        _ => None,
    }
}

fn last_end(session: &Model, college: &college::Model) -> DateTime<Utc> {
    session.planned_end + TimeDelta::minutes(college.end_after_minutes.into())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("it is a time")
    }

    fn college() -> college::Model {
        let text = str::to_owned;
        college::Model::fresh(Uuid::nil(), text("riverside"), text("Riverside"), text("Asia/Kolkata"), at(NINE))
    }

    const NINE: &str = "2026-03-02T09:00:00Z";

    #[test]
    fn a_session_is_started_within_its_window() {
        let scheduled = Model { time_zone: "Asia/Kolkata".to_owned(), ..Model::example(at(NINE)) };
        let short = Model { planned_end: at("2026-03-02T09:10:00Z"), ..scheduled.clone() };
        let strict = college::Model { start_early_minutes: 0, start_late_minutes: 0, ..college() };
        let table = [
            (&scheduled, college(), "2026-03-02T08:44:59.999999Z", Some("14:15 on 2026-03-02")),
            (&scheduled, college(), "2026-03-02T08:45:00Z", None),
            (&scheduled, college(), "2026-03-02T09:30:00Z", None),
            (&scheduled, college(), "2026-03-02T09:30:00.000001Z", Some("until 15:00 on 2026-03-02")),
            (&short, college(), "2026-03-02T09:10:00Z", None),
            (&short, college(), "2026-03-02T09:10:01Z", Some("until 14:40")),
            (&scheduled, strict.clone(), NINE, None),
            (&scheduled, strict.clone(), "2026-03-02T08:59:59Z", Some("from 14:30")),
            (&scheduled, strict, "2026-03-02T09:00:01Z", Some("until 14:30")),
        ];
        for (session, college, now, words) in table {
            let problem = StartWindow::of(session, &college).check(session, at(now)).err();
            assert_eq!(problem.is_some(), words.is_some(), "{now}");
            if let (Some(problem), Some(words)) = (problem, words) {
                assert!(problem.message.contains(words), "{}", problem.message);
                assert_eq!(problem.reason, ErrorReason::StartWindow);
                assert!(problem.metadata["opens_at"] <= problem.metadata["closes_at"], "{:?}", problem.metadata);
            }
        }
    }

    #[test]
    fn a_start_is_early_on_time_or_late() {
        let table = [
            ("2026-03-02T08:54:59.999Z", Adherence::Early, -300),
            ("2026-03-02T08:55:00Z", Adherence::OnTime, -300),
            (NINE, Adherence::OnTime, 0),
            ("2026-03-02T09:05:00Z", Adherence::OnTime, 300),
            ("2026-03-02T09:05:00.001Z", Adherence::Late, 300),
            ("2026-03-02T09:20:00Z", Adherence::Late, 1200),
        ];
        for (now, expected, seconds) in table {
            assert_eq!(adherence(at(NINE), at(now)), (expected, seconds), "{now}");
        }
    }

    #[test]
    fn the_server_does_what_nobody_did() {
        let table = [
            (State::Scheduled, "2026-03-02T09:30:00Z", None),
            (State::Scheduled, "2026-03-02T09:30:01Z", Some(EndReason::NotStarted)),
            (State::Active, "2026-03-02T10:30:00Z", None),
            (State::Active, "2026-03-02T10:30:01Z", Some(EndReason::NotEnded)),
            (State::Completed, "2027-03-02T10:30:01Z", None),
            (State::Cancelled, "2027-03-02T10:30:01Z", None),
        ];
        for (state, now, expected) in table {
            let session = Model { state, ..Model::example(at(NINE)) };
            assert_eq!(overdue(&session, &college(), at(now)), expected, "{state:?} {now}");
        }
    }
}
