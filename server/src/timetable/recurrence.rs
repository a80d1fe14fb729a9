//! When a weekly slot takes place: wall times of a zone become instants, right across daylight saving.
//!
//! A wall time that a spring gap leaves out moves forward by the gap: 02:30 becomes 03:30 where clocks go from 02:00 to 03:00. A
//! wall time that comes twice in autumn is the first of the two, with the earlier offset. Both ends are wall times, so an
//! occurrence over a change of the clocks lasts shorter or longer than others. Only one whose beginning would move behind
//! its end keeps its length instead. A day that its zone left out altogether has no occurrences.

use std::collections::BTreeSet;

use chrono::{
    DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeDelta, TimeZone as _, Utc,
    Weekday,
};
use chrono_tz::{GapInfo, Tz};

use crate::entity::timetable;

/// Every week on a day, from a wall time to another one of the same day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekly {
    pub weekday: Weekday,
    pub start: NaiveTime,
    /// After the start.
    pub end: NaiveTime,
    /// The first day on which it may take place.
    pub valid_from: NaiveDate,
    /// The last one.
    pub valid_to: Option<NaiveDate>,
}

/// One time that a weekly slot takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    /// The day by the zone's calendar.
    pub date: NaiveDate,
}

impl Weekly {
    /// What a row of the timetable says.
    pub fn of(slot: &timetable::Model) -> Self {
        Self {
            weekday: weekday(slot.day_of_week),
            start: slot.start_time,
            end: slot.end_time,
            valid_from: slot.valid_from,
            valid_to: slot.valid_to,
        }
    }

    /// The occurrences from one day to another, both included, in order. On days off there are none.
    pub fn occurrences(
        self,
        zone: Tz,
        days_off: &BTreeSet<NaiveDate>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> impl Iterator<Item = Occurrence> {
        let from = from.max(self.valid_from);
        let to = self.valid_to.map_or(to, |last| last.min(to));
        let ahead = self.weekday.days_since(from.weekday());
        let first = from.checked_add_days(Days::new(ahead.into()));
        std::iter::successors(first, |date| date.checked_add_days(Days::new(7)))
            .take_while(move |date| *date <= to)
            .filter(|date| !days_off.contains(date))
            .filter_map(move |date| self.on(date, zone))
    }

    fn on(self, date: NaiveDate, zone: Tz) -> Option<Occurrence> {
        let start = instant(date.and_time(self.start), zone)?;
        let end = instant(date.and_time(self.end), zone)?;
        let end = if end > start { end } else { start + (self.end - self.start) };
        Some(Occurrence { start, end, date })
    }
}

/// A weekday by its number, from 1 for Monday. The database holds the days to 1 to 7.
pub fn weekday(day_of_week: i32) -> Weekday {
    u8::try_from(day_of_week - 1).ok().and_then(|day| Weekday::try_from(day).ok()).unwrap_or(Weekday::Mon)
}

/// When a zone's clocks show a wall time. None on a day that the zone left out.
fn instant(wall: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    if let Some(time) = zone.from_local_datetime(&wall).earliest() {
        return Some(time.with_timezone(&Utc));
    }
    let (_, offset_before) = GapInfo::new(&wall, &zone)?.begin?;
    // What the clocks would have shown if nobody had put them forward.
    let time = wall.checked_sub_offset(offset_before.fix())?.and_utc();
    let moved_by = time.with_timezone(&zone).naive_local() - wall;
    (moved_by < TimeDelta::days(1)).then_some(time)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALWAYS: &str = "0001-01-01";

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("it is a day")
    }

    fn clock(text: &str) -> NaiveTime {
        text.parse().expect("it is a time of day")
    }

    fn weekly(weekday: Weekday, start: &str, end: &str) -> Weekly {
        Weekly { weekday, start: clock(start), end: clock(end), valid_from: day(ALWAYS), valid_to: None }
    }

    fn on(date: &str, zone: &str, start: &str, end: &str) -> Option<(String, String)> {
        let (date, zone) = (day(date), zone.parse().expect("it is a zone"));
        let slot = weekly(date.weekday(), &format!("{start}:00"), &format!("{end}:00"));
        let days_off = BTreeSet::new();
        let mut found = slot.occurrences(zone, &days_off, date, date);
        let told = |time: DateTime<Utc>| time.format("%dT%H:%M").to_string();
        let occurrence = found.next()?;
        assert_eq!((found.next(), occurrence.date), (None, date));
        Some((told(occurrence.start), told(occurrence.end)))
    }

    #[test]
    fn wall_times_become_instants() {
        let table = [
            // Clocks go from 02:00 to 03:00 on 29 March 2026, at 01:00 UTC.
            ("2026-03-28", "Europe/Berlin", "09:00", "10:00", "28T08:00", "28T09:00"),
            ("2026-03-29", "Europe/Berlin", "09:00", "10:00", "29T07:00", "29T08:00"),
            ("2026-03-29", "Europe/Berlin", "01:30", "03:30", "29T00:30", "29T01:30"),
            ("2026-03-29", "Europe/Berlin", "01:00", "02:30", "29T00:00", "29T01:30"),
            ("2026-03-29", "Europe/Berlin", "02:00", "03:30", "29T01:00", "29T01:30"),
            ("2026-03-29", "Europe/Berlin", "02:15", "02:45", "29T01:15", "29T01:45"),
            // It would begin at 03:30, after its end.
            ("2026-03-29", "Europe/Berlin", "02:30", "03:15", "29T01:30", "29T02:15"),
            // They go back from 03:00 to 02:00 on 25 October, at 01:00 UTC: 02:30 comes at 00:30 and at 01:30.
            ("2026-10-25", "Europe/Berlin", "02:30", "02:45", "25T00:30", "25T00:45"),
            ("2026-10-25", "Europe/Berlin", "02:30", "03:30", "25T00:30", "25T02:30"),
            ("2026-10-25", "Europe/Berlin", "01:30", "02:30", "24T23:30", "25T00:30"),
            ("2026-10-25", "Europe/Berlin", "09:00", "10:00", "25T08:00", "25T09:00"),
            // From 02:00 to 03:00 on 8 March at 07:00 UTC, back from 02:00 to 01:00 on 1 November at 06:00 UTC.
            ("2026-03-07", "America/New_York", "09:00", "10:30", "07T14:00", "07T15:30"),
            ("2026-03-08", "America/New_York", "09:00", "10:30", "08T13:00", "08T14:30"),
            ("2026-03-08", "America/New_York", "02:30", "04:00", "08T07:30", "08T08:00"),
            ("2026-11-01", "America/New_York", "01:30", "02:30", "01T05:30", "01T07:30"),
            ("2026-11-01", "America/New_York", "20:00", "21:00", "02T01:00", "02T02:00"),
            // None at all.
            ("2026-03-29", "Asia/Kolkata", "02:30", "03:30", "28T21:00", "28T22:00"),
            ("2026-10-25", "Asia/Kolkata", "09:00", "10:00", "25T03:30", "25T04:30"),
            // Half an hour: from 02:00 to 02:30 on 4 October at 15:30 UTC of the day before, back on 5 April at 15:00.
            ("2026-10-03", "Australia/Lord_Howe", "09:00", "10:00", "02T22:30", "02T23:30"),
            ("2026-10-04", "Australia/Lord_Howe", "09:00", "10:00", "03T22:00", "03T23:00"),
            ("2026-10-04", "Australia/Lord_Howe", "02:10", "03:00", "03T15:40", "03T16:00"),
            ("2026-10-04", "Australia/Lord_Howe", "02:10", "02:35", "03T15:40", "03T16:05"),
            ("2026-04-05", "Australia/Lord_Howe", "01:45", "02:15", "04T14:45", "04T15:45"),
            // At midnight: the day begins at one.
            ("2024-10-06", "America/Asuncion", "00:15", "02:00", "06T04:15", "06T05:00"),
        ];
        for (date, zone, start, end, begins, ends) in table {
            let expected = Some((begins.to_owned(), ends.to_owned()));
            assert_eq!(on(date, zone, start, end), expected, "{date} {zone} {start} to {end}");
        }
        // Samoa went from Thursday to Saturday.
        assert_eq!(on("2011-12-30", "Pacific/Apia", "09:00", "10:00"), None);
    }

    #[test]
    fn a_slot_takes_place_while_it_is_valid_but_on_days_off() {
        let slot = Weekly {
            valid_from: day("2026-03-03"),
            valid_to: Some(day("2026-03-24")),
            ..weekly(Weekday::Tue, "09:00:00", "10:00:00")
        };
        let days_off = BTreeSet::from([day("2026-03-17"), day("2026-03-18")]);
        let table: [(&str, &str, &[&str]); 7] = [
            ("2026-01-01", "2026-12-31", &["2026-03-03", "2026-03-10", "2026-03-24"]),
            ("2026-03-04", "2026-03-23", &["2026-03-10"]),
            ("2026-03-10", "2026-03-10", &["2026-03-10"]),
            ("2026-03-11", "2026-03-16", &[]),
            ("2026-03-17", "2026-03-17", &[]),
            ("2026-03-25", "2026-12-31", &[]),
            ("2026-03-10", "2026-03-09", &[]),
        ];
        for (from, to, expected) in table {
            let found = slot.occurrences(chrono_tz::UTC, &days_off, day(from), day(to));
            let found: Vec<_> = found.map(|occurrence| occurrence.date.to_string()).collect();
            assert_eq!(found, expected, "{from} to {to}");
        }
    }

    fn any_slot() -> impl Strategy<Value = Weekly> {
        let days = 0..40_000u64;
        (0..7u8, 0..86_399u32, 1..86_400u32, days, prop::option::of(0..4_000u64)).prop_map(
            |(weekday, one, other, from, length)| {
                let at = |second| NaiveTime::from_num_seconds_from_midnight_opt(second, 0).expect("a time of day");
                let valid_from = day("1990-01-01") + Days::new(from);
                let (start, end) = (one.min(other), one.max(other).max(one.min(other) + 1));
                Weekly {
                    weekday: Weekday::try_from(weekday).expect("a day of the week"),
                    start: at(start),
                    end: at(end),
                    valid_from,
                    valid_to: length.map(|length| valid_from + Days::new(length)),
                }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn occurrences_are_in_order_in_range_and_each_there_once(
            slot in any_slot(),
            zone in prop::sample::select(&chrono_tz::TZ_VARIANTS[..]),
            from in 0..40_000u64,
            length in 0..800u64,
            off in prop::collection::btree_set(0..800u64, 0..9),
        ) {
            let from = day("1990-01-01") + Days::new(from);
            let to = from + Days::new(length);
            let days_off: BTreeSet<_> = off.into_iter().map(|ahead| from + Days::new(ahead)).collect();
            let found: Vec<_> = slot.occurrences(zone, &days_off, from, to).collect();
            for occurrence in &found {
                prop_assert!(occurrence.start < occurrence.end, "{:?}", occurrence);
                prop_assert_eq!(occurrence.date.weekday(), slot.weekday);
                prop_assert!(from <= occurrence.date && occurrence.date <= to);
                prop_assert!(slot.valid_from <= occurrence.date);
                prop_assert!(slot.valid_to.is_none_or(|last| occurrence.date <= last));
                prop_assert!(!days_off.contains(&occurrence.date));
                // Clocks show the time of the slot, or one that was put forward.
                let shown = occurrence.start.with_timezone(&zone).naive_local();
                let ahead = shown - occurrence.date.and_time(slot.start);
                prop_assert!(TimeDelta::zero() <= ahead && ahead < TimeDelta::days(1), "{:?} {}", occurrence, shown);
            }
            prop_assert!(found.windows(2).all(|pair| pair[0].end < pair[1].start && pair[0].date < pair[1].date));
            // Nothing is left out: a day that fits has its occurrence, unless the zone never had the day.
            let fitting = from.iter_days().take_while(|date| *date <= to).filter(|date| {
                date.weekday() == slot.weekday
                    && slot.valid_from <= *date
                    && slot.valid_to.is_none_or(|last| *date <= last)
                    && !days_off.contains(date)
                    && zone.from_local_datetime(&date.and_time(clock("12:00:00"))).earliest().is_some()
            });
            prop_assert_eq!(found.iter().map(|occurrence| occurrence.date).collect::<Vec<_>>(), fitting.collect::<Vec<_>>());
        }
    }
}
