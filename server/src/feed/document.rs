//! A schedule as an iCalendar document. Each slot is one event that repeats every week by the college's clocks, but for the
//! days on which it does not take place. An occurrence that clocks which change make different from the others, because it
//! begins at another time or lasts longer, is an event of its own, in UTC.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    ops::RangeInclusive,
};

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use icalendar::Property;
use uuid::Uuid;

use super::zone;
use crate::{
    entity::{college, timetable::Model},
    organisation,
    timetable::{Entry, Names, Occurrence},
};

const LOCAL: &str = "%Y%m%dT%H%M%S";
const UTC: &str = "%Y%m%dT%H%M%SZ";

/// The document of a schedule that was asked for these days.
pub fn write(college: &college::Model, entries: &[Entry], names: &Names, days: RangeInclusive<NaiveDate>) -> String {
    let zone = organisation::zone(&college.time_zone);
    let mut document = Document::default();
    document.begin("VCALENDAR");
    document.add("VERSION", "2.0");
    document.add("PRODID", "-//Rollcall//Schedule//EN");
    document.add("CALSCALE", "GREGORIAN");
    document.add("NAME", college.name.as_str());
    document.add("X-WR-CALNAME", college.name.as_str());
    document.push(Property::new("REFRESH-INTERVAL", "PT1H").add_parameter("VALUE", "DURATION").done());
    zone::write(&mut document, zone, &days);
    let mut slots: BTreeMap<Uuid, (&Model, Vec<Occurrence>)> = BTreeMap::new();
    for entry in entries {
        slots.entry(entry.slot.id).or_insert_with(|| (&entry.slot, Vec::new())).1.push(entry.occurrence);
    }
    for (slot, occurrences) in slots.into_values() {
        let (regular, others): (Vec<_>, Vec<_>) =
            occurrences.into_iter().partition(|occurrence| is_regular(slot, occurrence, zone));
        document.series(slot, names, zone, &regular);
        for occurrence in others {
            document.single(slot, names, &occurrence);
        }
    }
    document.end("VCALENDAR");
    document.0
}

/// Whether the clocks leave no doubt about the slot's times on the day of an occurrence, and no hour came or went within.
fn is_regular(slot: &Model, occurrence: &Occurrence, zone: Tz) -> bool {
    let instant = |wall: NaiveDateTime| zone.from_local_datetime(&wall).single().map(|time| time.with_timezone(&Utc));
    instant(occurrence.date.and_time(slot.start_time)) == Some(occurrence.start)
        && instant(occurrence.date.and_time(slot.end_time)) == Some(occurrence.end)
        && occurrence.end - occurrence.start == slot.end_time - slot.start_time
}

/// A document on its way.
#[derive(Default)]
pub struct Document(String);

impl Document {
    pub fn begin(&mut self, component: &str) {
        let _ = write!(self.0, "BEGIN:{component}\r\n");
    }

    pub fn end(&mut self, component: &str) {
        let _ = write!(self.0, "END:{component}\r\n");
    }

    pub fn add(&mut self, name: &str, value: impl Into<String>) {
        self.push(Property::new(name, value));
    }

    /// A line, escaped and folded as it has to be.
    pub fn push(&mut self, property: Property) {
        let line: Result<String, _> = property.try_into();
        // Writing to a string does not fail.
        self.0 += &line.unwrap_or_default();
    }

    fn series(&mut self, slot: &Model, names: &Names, zone: Tz, regular: &[Occurrence]) {
        let (Some(first), Some(last)) = (regular.first(), regular.last()) else { return };
        let local = |name: &str, wall: NaiveDateTime| {
            Property::new(name, wall.format(LOCAL).to_string()).add_parameter("TZID", zone.name()).done()
        };
        self.begin("VEVENT");
        self.what(slot, names, slot.id.to_string());
        self.push(local("DTSTART", first.date.and_time(slot.start_time)));
        self.push(local("DTEND", first.date.and_time(slot.end_time)));
        if first != last {
            self.add("RRULE", format!("FREQ=WEEKLY;UNTIL={}", last.start.format(UTC)));
        }
        let dates: BTreeSet<_> = regular.iter().map(|occurrence| occurrence.date).collect();
        let weeks = std::iter::successors(Some(first.date), |date| date.checked_add_days(Days::new(7)));
        for date in weeks.take_while(|date| *date < last.date).filter(|date| !dates.contains(date)) {
            self.push(local("EXDATE", date.and_time(slot.start_time)));
        }
        self.end("VEVENT");
    }

    fn single(&mut self, slot: &Model, names: &Names, occurrence: &Occurrence) {
        let utc = |time: DateTime<Utc>| time.format(UTC).to_string();
        self.begin("VEVENT");
        self.what(slot, names, format!("{}-{}", slot.id, occurrence.date.format("%Y%m%d")));
        self.add("DTSTART", utc(occurrence.start));
        self.add("DTEND", utc(occurrence.end));
        self.end("VEVENT");
    }

    fn what(&mut self, slot: &Model, names: &Names, uid: String) {
        self.add("UID", uid);
        self.add("DTSTAMP", slot.updated_at.format(UTC).to_string());
        self.add("SUMMARY", slot.subject.as_str());
        self.add("LOCATION", names.get(slot.location_id));
        self.add("DESCRIPTION", format!("{}\n{}", names.get(slot.division_id), names.get(slot.teacher_id)));
    }
}
