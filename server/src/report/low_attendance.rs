//! The job that looks, after a session has ended, whether the attendance of those who were absent has come below what the
//! college wants, and has them told. Whoever was told in the last 30 days is not told again.

use std::{collections::HashSet, sync::Arc};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{
    filter::{Conditions, Filter},
    rules::{Counts, Formula, STATUSES},
    service::Service,
    span, store,
};
use crate::{
    clock::Clock,
    entity::{college::Model as College, notification::Kind},
    jobs::{self, End, Failure, Handler, Job, Runner},
    notification::{self, AttendanceCheck, CHECK_ATTENDANCE, Event, What},
    organisation,
    problem::Problem,
    store::ROWS_PER_STATEMENT,
};

/// What counts: about a semester.
const SPAN: Days = Days::new(180);
/// Nobody's attendance is low because of the first lessons.
const FEWEST: i64 = 5;
const SILENCE: TimeDelta = TimeDelta::days(30);

impl Service {
    /// Gives a runner the handler of this slice's job.
    pub fn handle_jobs(&self, runner: Runner, clock: &Clock) -> Runner {
        let service = Arc::new((self.clone(), clock.clone()));
        runner.handle(
            CHECK_ATTENDANCE,
            Handler::new(move |job| {
                let service = Arc::clone(&service);
                async move { service.0.check_attendance(job, service.1.now()).await }
            }),
        )
    }

    async fn check_attendance(&self, job: Job, now: DateTime<Utc>) -> Result<End, Failure> {
        let AttendanceCheck { event, student_ids } = job.payload()?;
        let college = organisation::find_college(&self.store.database, event.college_id).await?;
        let today = organisation::day_in(&college.time_zone, now);
        let low = self.low(&college, &student_ids, today).await?;
        let ids: Vec<Uuid> = low.iter().map(|(id, _)| *id).collect();
        let database = &self.store.database;
        let lately = notification::told_since(database, college.id, &ids, Kind::LowAttendance, now - SILENCE).await?;
        let lately: HashSet<Uuid> = lately.into_iter().collect();
        let wanted_percent = u8::try_from(college.low_attendance_percent).unwrap_or_default();
        let told = low.into_iter().filter(|(id, _)| !lately.contains(id)).map(|(student_id, percent)| Event {
            id: event_id(student_id, today),
            actor_id: None,
            at: now,
            what: What::LowAttendance { student_id, percent, wanted_percent },
            ..event.clone()
        });
        let told: Vec<Event> = told.collect();
        let work = self.store.database.write(move |tx| {
            Box::pin(async move {
                notification::raise(tx, told).await?;
                job.finish(tx).await
            })
        });
        work.await?;
        jobs::announce(&self.store.bus);
        Ok(End::Finished)
    }

    /// Those of the students whose attendance is low, each with its percentage.
    async fn low(&self, college: &College, students: &[Uuid], today: NaiveDate) -> Result<Vec<(Uuid, u8)>, Problem> {
        let parts = span::parts(today.checked_sub_days(SPAN), None);
        let formula = Formula::of(college);
        let mut low = Vec::new();
        for some in students.chunks(ROWS_PER_STATEMENT / 2) {
            let mut conditions = Conditions::new(college.id);
            let counted = store::by_tallies(&mut conditions, &Filter::default(), &parts, store::Students::Named(some));
            let sql = format!("SELECT student_id, {} FROM ({counted}) counted", STATUSES.join(", "));
            for row in store::read(&self.store.database, sql, conditions).await? {
                let student_id: Uuid = row.try_get("", "student_id")?;
                let percent = low_percent(&formula, &store::counts(&row)?, college.low_attendance_percent);
                low.extend(percent.map(|percent| (student_id, percent)));
            }
        }
        Ok(low)
    }
}

/// The percentage, cut, where it is below what is wanted.
fn low_percent(formula: &Formula, counts: &Counts, wanted_percent: i32) -> Option<u8> {
    if counts.iter().sum::<i64>() < FEWEST {
        return None;
    }
    let rate = formula.rate(counts)?;
    let is_low = rate < i64::from(wanted_percent) * 10_000;
    is_low.then(|| u8::try_from(rate / 10_000).unwrap_or_default())
}

/// One a student and day: two sessions that end at once tell of it once.
fn event_id(student_id: Uuid, day: NaiveDate) -> Uuid {
    let hash = Sha256::digest(format!("low attendance {student_id} {day}"));
    Uuid::from_bytes(std::array::from_fn(|index| hash[index]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attendance_is_low_below_what_is_wanted_and_not_at_it() {
        let college = College::fresh(Uuid::nil(), String::new(), String::new(), "UTC".to_owned(), DateTime::UNIX_EPOCH);
        let formula = Formula::of(&college);
        let table = [
            ([3, 0, 1, 0, 0], 75, None),
            ([0, 0, 4, 0, 0], 75, None),
            ([0, 0, 5, 0, 0], 75, Some(0)),
            ([6, 0, 2, 0, 0], 75, None),
            ([5, 0, 2, 0, 0], 75, Some(71)),
            ([5, 0, 2, 0, 0], 0, None),
            ([0, 0, 5, 0, 0], 0, None),
            ([0, 0, 0, 5, 0], 75, None),
        ];
        for (counts, wanted, expected) in table {
            assert_eq!(low_percent(&formula, &counts, wanted), expected, "{counts:?} {wanted}");
        }
    }
}
