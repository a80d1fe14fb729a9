//! Which days are off, and why: what other slices ask the calendar.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use chrono::{Datelike as _, NaiveDate};
use uuid::Uuid;

use super::store;
use crate::{
    entity::calendar_entry::{Kind, Model},
    problem::Problem,
    store::Database,
};

/// The days that are off within a range, each with the name of what it is off for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DaysOff(BTreeMap<NaiveDate, String>);

/// The days of a college that are off, as its calendar has them now. Entries for times of a day take no day off.
pub async fn days_off(
    database: &Database,
    college_id: Uuid,
    days: RangeInclusive<NaiveDate>,
) -> Result<DaysOff, Problem> {
    Ok(DaysOff::of(store::list_touching(database, college_id, &days).await?, &days))
}

impl DaysOff {
    /// Of several reasons for a day the holiday counts before the break, and the one of fewer days before the longer one.
    fn of(mut entries: Vec<Model>, days: &RangeInclusive<NaiveDate>) -> Self {
        entries.retain(|entry| entry.start_time.is_none());
        entries.sort_by_key(|entry| {
            (entry.kind != Kind::Holiday, entry.to_date - entry.from_date, entry.from_date, entry.id)
        });
        let mut named = BTreeMap::new();
        for entry in entries {
            let (first, last) = (entry.from_date.max(*days.start()), entry.to_date.min(*days.end()));
            for day in first.iter_days().take_while(|day| *day <= last).filter(|day| is_about(entry.days_of_week, *day))
            {
                named.entry(day).or_insert_with(|| entry.name.clone());
            }
        }
        Self(named)
    }

    /// What a day is off for; none for a day that is not.
    pub fn name(&self, day: NaiveDate) -> Option<&str> {
        self.0.get(&day).map(String::as_str)
    }

    /// The days alone.
    pub fn dates(&self) -> BTreeSet<NaiveDate> {
        self.0.keys().copied().collect()
    }
}

/// Whether the weekdays of an entry hold the one of a day.
fn is_about(days_of_week: i32, day: NaiveDate) -> bool {
    days_of_week >> day.weekday().num_days_from_monday() & 1 == 1
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveTime};

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("it is a day")
    }

    fn entry(kind: Kind, name: &str, from: &str, to: &str, days_of_week: i32) -> Model {
        Model {
            college_id: Uuid::nil(),
            id: Uuid::nil(),
            kind,
            name: name.to_owned(),
            from_date: day(from),
            to_date: day(to),
            days_of_week,
            start_time: None,
            end_time: None,
            source_uid: None,
            source_recurrence_id: None,
            source_digest: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_day_is_off_for_the_most_particular_reason() {
        let noon = Model {
            start_time: NaiveTime::from_hms_opt(12, 0, 0),
            end_time: NaiveTime::from_hms_opt(13, 0, 0),
            ..entry(Kind::Break, "Lunch", "2026-01-01", "2026-12-31", 127)
        };
        let entries = vec![
            noon,
            entry(Kind::Break, "Winter break", "2026-12-21", "2027-01-03", 127),
            entry(Kind::Holiday, "New year", "2027-01-01", "2027-01-01", 127),
            entry(Kind::Holiday, "Festival", "2026-12-29", "2027-01-02", 127),
            // Saturdays and Sundays.
            entry(Kind::Break, "Weekend", "2026-12-01", "2027-01-31", 96),
        ];
        let found = DaysOff::of(entries, &(day("2026-12-19")..=day("2027-01-09")));
        let table = [
            ("2026-12-13", None),
            ("2026-12-18", None),
            ("2026-12-19", Some("Weekend")),
            ("2026-12-20", Some("Weekend")),
            ("2026-12-21", Some("Winter break")),
            ("2026-12-26", Some("Winter break")),
            ("2026-12-31", Some("Festival")),
            ("2027-01-01", Some("New year")),
            ("2027-01-02", Some("Festival")),
            ("2027-01-03", Some("Winter break")),
            ("2027-01-04", None),
            ("2027-01-09", Some("Weekend")),
            ("2027-01-10", None),
        ];
        for (date, name) in table {
            assert_eq!(found.name(day(date)), name, "{date}");
            assert_eq!(found.dates().contains(&day(date)), name.is_some(), "{date}");
        }
    }
}
