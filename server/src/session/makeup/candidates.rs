//! When a session could begin: every quarter of an hour of the college's own clocks, within its hours, on days that are not off.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::span::Span;

/// Between two beginnings.
const STEP: TimeDelta = TimeDelta::minutes(15);

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// No earlier by the clocks than this, on any day.
    pub earliest: NaiveTime,
    /// Over by then, on the same day.
    pub latest: NaiveTime,
    pub length: TimeDelta,
}

/// The spans in question, in their order, all of one length. A quarter of an hour that the clocks leave out has none; of one
/// that comes twice it is the first.
pub fn candidates(window: &Window, zone: Tz, days_off: &BTreeSet<NaiveDate>, now: DateTime<Utc>) -> Vec<Span> {
    let days = window.first.iter_days().take_while(|day| *day <= window.last);
    let mut spans: Vec<_> = days
        .filter(|day| !days_off.contains(day))
        .flat_map(|day| starts(day, window, zone))
        .filter(|span| span.start > now)
        .collect();
    spans.sort_unstable();
    spans.dedup();
    spans
}

fn starts(day: NaiveDate, window: &Window, zone: Tz) -> impl Iterator<Item = Span> {
    let (length, latest) = (window.length, day.and_time(window.latest));
    let first = Some(day.and_time(window.earliest));
    std::iter::successors(first, |wall| wall.checked_add_signed(STEP))
        .take_while(move |wall| *wall + length <= latest)
        .filter_map(move |wall| {
            let start = zone.from_local_datetime(&wall).earliest()?.with_timezone(&Utc);
            let end = start + length;
            // Over a change of the clocks it may last longer by them than it does.
            (end.with_timezone(&zone).naive_local() <= latest).then_some(Span { start, end })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(days: (&str, &str), hours: (&str, &str), minutes: i64) -> Window {
        let clock = |text: &str| format!("{text}:00").parse().expect("it is a time of day");
        Window {
            first: days.0.parse().expect("it is a day"),
            last: days.1.parse().expect("it is a day"),
            earliest: clock(hours.0),
            latest: clock(hours.1),
            length: TimeDelta::minutes(minutes),
        }
    }

    fn found(window: &Window, zone: Tz, off: &[&str], now: &str) -> Vec<String> {
        let off = off.iter().map(|day| day.parse().expect("it is a day")).collect();
        let now = now.parse().expect("it is a time");
        let told = |span: Span| format!("{}-{}", span.start.format("%dT%H:%M"), span.end.format("%H:%M"));
        candidates(window, zone, &off, now).into_iter().map(told).collect()
    }

    #[test]
    fn they_are_within_the_hours_of_days_that_are_not_off() {
        let morning = window(("2026-03-02", "2026-03-04"), ("09:00", "10:00"), 45);
        let past = "2020-01-01T00:00:00Z";
        assert_eq!(
            found(&morning, Tz::Asia__Kolkata, &["2026-03-03"], past),
            ["02T03:30-04:15", "02T03:45-04:30", "04T03:30-04:15", "04T03:45-04:30"]
        );
        assert_eq!(
            found(&morning, Tz::Asia__Kolkata, &[], "2026-03-04T03:30:00Z"),
            ["04T03:45-04:30"],
            "what has begun is too late"
        );
        assert_eq!(found(&window(("2026-03-02", "2026-03-02"), ("09:00", "10:00"), 61), Tz::UTC, &[], past), [""; 0]);
    }

    #[test]
    fn they_follow_the_clocks() {
        let past = "2020-01-01T00:00:00Z";
        // From 02:00 to 03:00 on 29 March at 01:00 UTC.
        let spring = window(("2026-03-29", "2026-03-29"), ("01:30", "04:00"), 60);
        assert_eq!(
            found(&spring, Tz::Europe__Berlin, &[], past),
            ["29T00:30-01:30", "29T00:45-01:45", "29T01:00-02:00"]
        );
        // From 03:00 to 02:00 on 25 October at 01:00 UTC: half past two comes twice.
        let autumn = window(("2026-10-25", "2026-10-25"), ("02:30", "03:15"), 30);
        assert_eq!(found(&autumn, Tz::Europe__Berlin, &[], past), ["25T00:30-01:00", "25T00:45-01:15"]);
    }
}
