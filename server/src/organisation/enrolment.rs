//! From when to when somebody belongs to a division, in days of the college's calendar.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::zone::begin_of;
use crate::entity::enrolment;

/// The days of an enrolment, the last one included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

impl Span {
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| to >= day)
    }
}

/// A time in a division, as instants: from the first one on, before the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Membership {
    pub division_id: Uuid,
    pub from: DateTime<Utc>,
    pub before: Option<DateTime<Utc>>,
}

impl Membership {
    pub fn of(row: &enrolment::Model, time_zone: &str) -> Self {
        Self {
            division_id: row.division_id,
            from: begin_of(time_zone, row.from_date),
            before: row.to_date.and_then(|day| day.succ_opt()).map(|next| begin_of(time_zone, next)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("it is a day")
    }

    #[test]
    fn both_ends_of_an_enrolment_are_part_of_it() {
        let table = [
            ("2026-03-01", None, "2026-02-28", false),
            ("2026-03-01", None, "2026-03-01", true),
            ("2026-03-01", None, "2099-01-01", true),
            ("2026-03-01", Some("2026-03-02"), "2026-03-02", true),
            ("2026-03-01", Some("2026-03-02"), "2026-03-03", false),
        ];
        for (from, to, on, expected) in table {
            assert_eq!(Span { from: day(from), to: to.map(day) }.holds(day(on)), expected, "{from} {to:?} {on}");
        }
    }

    #[test]
    fn a_membership_lasts_whole_days_of_the_college() {
        let row = |from: &str, to: Option<&str>| enrolment::Model {
            college_id: Uuid::nil(),
            division_id: Uuid::nil(),
            student_id: Uuid::nil(),
            from_date: day(from),
            to_date: to.map(day),
            created_at: DateTime::UNIX_EPOCH,
        };
        let table = [
            ("Asia/Kolkata", "2026-03-01", None, "2026-02-28T18:30:00Z", None),
            ("Asia/Kolkata", "2026-03-01", Some("2026-03-01"), "2026-02-28T18:30:00Z", Some("2026-03-01T18:30:00Z")),
            // Clocks go forward at midnight: the day begins at one.
            (
                "America/Asuncion",
                "2024-10-06",
                Some("2024-10-06"),
                "2024-10-06T04:00:00Z",
                Some("2024-10-07T03:00:00Z"),
            ),
        ];
        for (zone, from, to, begins, ends) in table {
            let membership = Membership::of(&row(from, to), zone);
            assert_eq!(membership.from, begins.parse::<DateTime<Utc>>().expect("it is a time"), "{zone} {from}");
            assert_eq!(membership.before, ends.map(|end| end.parse().expect("it is a time")), "{zone} {from}");
        }
    }
}
