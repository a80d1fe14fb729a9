//! Which days are off, and why: what other slices ask the calendar.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use chrono::{Datelike as _, NaiveDate};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::store;
use crate::{
    entity::calendar_entry::{Kind, Model},
    problem::Problem,
};

/// The days that are off within a range, each with the name of what it is off for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DaysOff(BTreeMap<NaiveDate, String>);

/// The days of a college that are off, as its calendar has them now. Entries for times of a day take no day off.
pub async fn days_off(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    days: RangeInclusive<NaiveDate>,
) -> Result<DaysOff, Problem> {
    Ok(DaysOff::of(store::list_touching(connection, college_id, &days).await?, &days))
}

impl DaysOff {
    /// Of several reasons for a day the holiday counts before the break, and the one of fewer days before the longer one.
    fn of(mut entries: Vec<Model>, days: &RangeInclusive<NaiveDate>) -> Self {
        entries.retain(|entry| entry.start_time.is_none());
        entries.sort_by_key(|entry| {
            (entry.kind != Kind::Holiday, entry.to_date - entry.from_date, entry.from_date, entry.id)
        });
        // The days without a name, by their weekday. An entry looks at none that has one, so that thousands of entries over
        // each other cost little more than one.
        let mut nameless: [BTreeSet<NaiveDate>; 7] = Default::default();
        for day in days.start().iter_days().take_while(|day| day <= days.end()) {
            nameless[place(day)].insert(day);
        }
        let mut named = BTreeMap::new();
        for entry in entries {
            let (first, last) = (entry.from_date.max(*days.start()), entry.to_date.min(*days.end()));
            if first > last {
                continue;
            }
            for (weekday, nameless) in nameless.iter_mut().enumerate() {
                if entry.days_of_week >> weekday & 1 == 1 {
                    let found: Vec<_> = nameless.range(first..=last).copied().collect();
                    for day in found {
                        nameless.remove(&day);
                        named.insert(day, entry.name.clone());
                    }
                }
            }
            if nameless.iter().all(BTreeSet::is_empty) {
                break;
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

/// The bit of a day among the weekdays of an entry.
fn place(day: NaiveDate) -> usize {
    day.weekday().num_days_from_monday() as usize
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Days, NaiveTime};
    use proptest::prelude::*;

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

    fn any_entries() -> impl Strategy<Value = Vec<Model>> {
        let on = |ahead: u64| (day("2026-01-01") + Days::new(ahead)).to_string();
        let one =
            (any::<bool>(), 0..60u64, 0..30u64, 1..128i32).prop_map(move |(is_holiday, from, length, weekdays)| {
                let kind = if is_holiday { Kind::Holiday } else { Kind::Break };
                entry(kind, "", &on(from), &on(from + length), weekdays)
            });
        prop::collection::vec(one, 0..20).prop_map(|entries| {
            let numbered = (0u128..).zip(entries);
            numbered.map(|(id, entry)| Model { id: Uuid::from_u128(id), name: id.to_string(), ..entry }).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_day_has_the_first_name_of_all_that_it_could_have(entries in any_entries(), from in 0..60u64, length in 0..40u64) {
            let from = day("2026-01-01") + Days::new(from);
            let days = from..=from + Days::new(length);
            let found = DaysOff::of(entries.clone(), &days);
            let expected: BTreeMap<_, _> = from
                .iter_days()
                .take_while(|day| day <= days.end())
                .filter_map(|day| {
                    let about = entries.iter().filter(|entry| {
                        entry.from_date <= day && day <= entry.to_date && entry.days_of_week >> place(day) & 1 == 1
                    });
                    let first = about.min_by_key(|entry| {
                        (entry.kind != Kind::Holiday, entry.to_date - entry.from_date, entry.from_date, entry.id)
                    })?;
                    Some((day, first.name.clone()))
                })
                .collect();
            prop_assert_eq!(found, DaysOff(expected));
        }
    }
}
