//! When the slots of somebody, or of a whole college, take place within some days. For a student a slot counts on the days
//! on which an enrolment in its division holds.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::{
    recurrence::{Occurrence, Weekly},
    store,
};
use crate::{
    calendar::{self, DaysOff},
    entity::{college, timetable::Model},
    organisation::{self, Membership},
    principal::Reach,
    problem::Problem,
    store::Database,
};

/// What takes place within some days, in the order in which it begins.
pub struct Schedule {
    pub entries: Vec<Entry>,
    pub days_off: DaysOff,
}

/// One time that a slot takes place.
pub struct Entry {
    pub slot: Model,
    pub occurrence: Occurrence,
}

/// Whose schedule it is.
pub enum Whose {
    College,
    Teacher(Uuid),
    /// Of a student who belonged, belongs or will belong to these divisions.
    Student(Vec<Membership>),
}

impl Whose {
    async fn of(database: &Database, college_id: Uuid, reach: Reach) -> Result<Self, Problem> {
        Ok(match reach {
            Reach::College => Self::College,
            Reach::Teacher(id) => Self::Teacher(id),
            Reach::Student(id) => Self::Student(organisation::list_memberships(database, college_id, id).await?),
        })
    }

    /// Whether what a division does at a time is for them. A teacher's slots were looked up as such.
    fn counts(&self, division_id: Uuid, start: DateTime<Utc>) -> bool {
        let Self::Student(memberships) = self else { return true };
        memberships.iter().any(|membership| {
            membership.division_id == division_id
                && membership.from <= start
                && membership.before.is_none_or(|before| start < before)
        })
    }
}

/// The schedule of a student, a teacher or a college from one day to another, both included.
pub async fn schedule(
    database: &Database,
    college: &college::Model,
    reach: Reach,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Schedule, Problem> {
    let zone = organisation::zone(&college.time_zone);
    let whose = Whose::of(database, college.id, reach).await?;
    let slots = store::list_within(database, college.id, &whose, from, to).await?;
    let days_off = calendar::days_off(database.reader(), college.id, from..=to).await?;
    // A whole college has thousands of slots, which are not for the threads that serve everybody else.
    let expand = move || Schedule { entries: expand(slots, &whose, zone, &days_off, from, to), days_off };
    tokio::task::spawn_blocking(expand).await.map_err(Problem::internal)
}

fn expand(
    slots: Vec<Model>,
    whose: &Whose,
    zone: Tz,
    days_off: &DaysOff,
    from: NaiveDate,
    to: NaiveDate,
) -> Vec<Entry> {
    let dates = days_off.dates();
    let mut entries = Vec::new();
    for slot in slots {
        let occurrences = Weekly::of(&slot).occurrences(zone, &dates, from, to);
        let theirs = occurrences.filter(|occurrence| whose.counts(slot.division_id, occurrence.start));
        entries.extend(theirs.map(|occurrence| Entry { slot: slot.clone(), occurrence }));
    }
    entries.sort_by_key(|entry| (entry.occurrence.start, entry.slot.id));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_counts_for_a_student_while_they_belong_to_its_division() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("it is a time");
        let [ours, left, other] = [1, 2, 3].map(Uuid::from_u128);
        let membership = |division_id, from, before: Option<&str>| Membership {
            division_id,
            from: at(from),
            before: before.map(at),
        };
        let student = Whose::Student(vec![
            membership(left, "2026-03-01T00:00:00Z", Some("2026-03-08T00:00:00Z")),
            membership(ours, "2026-03-08T00:00:00Z", None),
            membership(left, "2026-04-01T00:00:00Z", Some("2026-04-02T00:00:00Z")),
        ]);
        let table = [
            (ours, "2026-03-07T23:59:59Z", false),
            (ours, "2026-03-08T00:00:00Z", true),
            (ours, "2099-01-01T00:00:00Z", true),
            (left, "2026-02-28T23:59:59Z", false),
            (left, "2026-03-07T23:59:59Z", true),
            (left, "2026-03-08T00:00:00Z", false),
            (left, "2026-04-01T09:00:00Z", true),
            (other, "2026-03-08T09:00:00Z", false),
        ];
        for (division_id, start, expected) in table {
            assert_eq!(student.counts(division_id, at(start)), expected, "{division_id} {start}");
            for whose in [Whose::College, Whose::Teacher(Uuid::nil())] {
                assert!(whose.counts(division_id, at(start)), "{division_id} {start}");
            }
        }
        assert!(!Whose::Student(Vec::new()).counts(ours, at("2026-03-08T09:00:00Z")));
    }
}
