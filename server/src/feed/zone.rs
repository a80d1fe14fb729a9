//! A time zone as a VTIMEZONE: every change of its clocks within some days, each by itself. No rule is given, so that nobody
//! takes one to hold longer than it does.

use std::ops::RangeInclusive;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Offset as _, TimeDelta, TimeZone as _, Utc};
use chrono_tz::{OffsetComponents as _, OffsetName as _, Tz};
use icalendar::Property;

use super::document::Document;

/// From when on the first offset is said to hold, by the clocks' own time.
const ALWAYS: &str = "19700101T000000";

pub fn write(document: &mut Document, zone: Tz, days: &RangeInclusive<NaiveDate>) {
    let at = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let begin = at(*days.start() - Days::new(2));
    document.begin("VTIMEZONE");
    document.add("TZID", zone.name());
    let mut before = Offset::of(zone, begin);
    observance(document, &before, &before, ALWAYS);
    for (change, after) in changes(zone, begin, at(*days.end() + Days::new(2))) {
        let onset = change.naive_utc() + TimeDelta::seconds(before.seconds.into());
        observance(document, &before, &after, &onset.format("%Y%m%dT%H%M%S").to_string());
        before = after;
    }
    document.end("VTIMEZONE");
}

fn observance(document: &mut Document, before: &Offset, after: &Offset, onset: &str) {
    let kind = if after.is_summer { "DAYLIGHT" } else { "STANDARD" };
    document.begin(kind);
    document.add("DTSTART", onset);
    document.add("TZOFFSETFROM", before.text());
    document.add("TZOFFSETTO", after.text());
    document.push(Property::new("TZNAME", after.name.as_str()));
    document.end(kind);
}

/// How far a zone's clocks are from UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Offset {
    seconds: i32,
    is_summer: bool,
    name: String,
}

impl Offset {
    fn of(zone: Tz, at: DateTime<Utc>) -> Self {
        let offset = zone.offset_from_utc_datetime(&at.naive_utc());
        Self {
            seconds: offset.fix().local_minus_utc(),
            is_summer: offset.dst_offset() > TimeDelta::zero(),
            name: offset.abbreviation().unwrap_or(zone.name()).to_owned(),
        }
    }

    /// `+HHMM`, with seconds where there are some.
    fn text(&self) -> String {
        let (sign, seconds) = (if self.seconds < 0 { '-' } else { '+' }, self.seconds.abs());
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        match rest {
            0 => format!("{sign}{hours:02}{minutes:02}"),
            _ => format!("{sign}{hours:02}{minutes:02}{rest:02}"),
        }
    }
}

/// Every change between two times, and what holds from then on. No zone ever changed twice within a day and back.
fn changes(zone: Tz, begin: DateTime<Utc>, end: DateTime<Utc>) -> Vec<(DateTime<Utc>, Offset)> {
    let mut found = Vec::new();
    let (mut from, mut before) = (begin, Offset::of(zone, begin));
    while from < end {
        let to = from + TimeDelta::days(1);
        let after = Offset::of(zone, to);
        if after != before {
            // The first second at which it is not as before.
            let (mut low, mut high) = (from.timestamp(), to.timestamp());
            while high - low > 1 {
                let middle = i64::midpoint(low, high);
                let is_before = DateTime::from_timestamp(middle, 0).is_some_and(|at| Offset::of(zone, at) == before);
                if is_before { low = middle } else { high = middle }
            }
            found.extend(DateTime::from_timestamp(high, 0).map(|change| (change, after.clone())));
            before = after;
        }
        from = to;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_found_to_the_second() {
        let table: [(&str, &[(&str, &str)]); 5] = [
            ("Europe/Berlin", &[("2026-03-29T01:00:00Z", "+0200"), ("2026-10-25T01:00:00Z", "+0100")]),
            ("America/New_York", &[("2026-03-08T07:00:00Z", "-0400"), ("2026-11-01T06:00:00Z", "-0500")]),
            ("Asia/Kolkata", &[]),
            ("Australia/Lord_Howe", &[("2026-04-04T15:00:00Z", "+1030"), ("2026-10-03T15:30:00Z", "+1100")]),
            ("UTC", &[]),
        ];
        for (zone, expected) in table {
            let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
            let zone: Tz = zone.parse().expect("a zone");
            let found = changes(zone, at("2026-01-01T00:00:00Z"), at("2026-12-31T00:00:00Z"));
            let found: Vec<_> = found.iter().map(|(change, offset)| (*change, offset.text())).collect();
            let expected: Vec<_> = expected.iter().map(|(time, offset)| (at(time), (*offset).to_owned())).collect();
            assert_eq!(found, expected, "{zone}");
        }
    }
}
