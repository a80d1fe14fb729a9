//! One event: what its properties say, and whether they can be so.

use chrono::{Datelike as _, NaiveDate};
use rollcall_proto::v1::{
    CalendarEntry, UpdateCalendarEntryRequest, import_calendar_entries_response::skipped::Reason,
};

use super::{
    Faults, Place,
    calendar::{Component, Property},
};
use crate::{contract::Contract, name, problem::Problem};

/// A calendar of days off has no others, and a rule that began long ago takes long to work out.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;
/// The RPC that changes an entry: the rules of its fields hold for what a file says too.
const SINGLE: &str = "/rollcall.v1.CalendarService/UpdateCalendarEntry";
/// The fields that texts of an event become, and where they come from.
const TEXTS: [(&str, &str); 2] = [("entry.name", "SUMMARY"), ("entry.source_uid", "UID")];

/// An event of whole days, or one that is left out.
#[derive(Debug)]
pub struct Event {
    /// Where it begins.
    pub line: usize,
    pub uid: String,
    pub name: String,
    pub left_out: Option<Reason>,
    /// Which recurrence of the event with the same UID this stands for.
    pub recurrence_id: Option<NaiveDate>,
    pub start: NaiveDate,
    /// How many days it lasts, at least 1.
    pub days: u64,
    /// The rule by which it repeats, and its line.
    pub rule: Option<(usize, String)>,
    /// Days beside those of the rule.
    pub more: Vec<NaiveDate>,
    /// Days of the rule on which it does not take place.
    pub except: Vec<NaiveDate>,
}

impl Event {
    pub const fn repeats(&self) -> bool {
        self.rule.is_some() || !self.more.is_empty()
    }
}

/// Reads an event; none where it has faults.
pub fn read(component: &Component, contract: &Contract, faults: &mut Faults) -> Result<Option<Event>, Problem> {
    let known = faults.total();
    let mut reader = Reader { component, faults };
    let mut event = reader.event();
    reader.hold(&mut event, contract)?;
    Ok((faults.total() == known).then_some(event))
}

struct Reader<'a> {
    component: &'a Component,
    faults: &'a mut Faults,
}

impl<'a> Reader<'a> {
    fn event(&mut self) -> Event {
        let start = self.one("DTSTART");
        let is_cancelled =
            self.one("STATUS").is_some_and(|status| status.value.trim().eq_ignore_ascii_case("CANCELLED"));
        let left_out = match start {
            _ if is_cancelled => Some(Reason::Cancelled),
            Some(start) if !is_day(start) => Some(Reason::NotAllDay),
            _ => None,
        };
        let mut event = Event {
            line: self.component.line,
            uid: self.text("UID"),
            name: String::new(),
            left_out,
            recurrence_id: self.one("RECURRENCE-ID").and_then(|id| self.recurrence_id(id)),
            start: NaiveDate::default(),
            days: 1,
            rule: None,
            more: Vec::new(),
            except: Vec::new(),
        };
        if left_out.is_some() {
            // Whatever else it says, nothing is made of it.
            event.name = self.one("SUMMARY").map(|name| name::normal(&name.value).into_owned()).unwrap_or_default();
            return event;
        }
        event.name = self.text("SUMMARY");
        match start {
            Some(start) => event.start = self.day(start, &start.value).unwrap_or_default(),
            None => self.fault(self.component.line, "begins an event without DTSTART"),
        }
        event.days = self.days(event.start);
        event.rule = self.one("RRULE").map(|rule| (rule.line, rule.value.trim().to_ascii_uppercase()));
        event.more = self.list("RDATE");
        event.except = self.list("EXDATE");
        event
    }

    fn fault(&mut self, line: usize, what: impl Into<String>) {
        self.faults.add(Place(line), what);
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &'a Property> {
        self.component.properties.iter().filter(move |property| property.name == name)
    }

    /// A property that stands there once at most.
    fn one(&mut self, name: &str) -> Option<&'a Property> {
        let mut found = self.all(name);
        let (first, second) = (found.next(), found.next());
        drop(found);
        if let Some(second) = second {
            self.fault(second.line, format!("is a second {name} of this event"));
        }
        first
    }

    /// A text that has to be there.
    fn text(&mut self, name: &str) -> String {
        let Some(property) = self.one(name) else {
            self.fault(self.component.line, format!("begins an event without {name}"));
            return String::new();
        };
        let text = property.value.trim();
        if text.is_empty() {
            self.fault(property.line, format!("has an empty {name}"));
        }
        text.to_owned()
    }

    /// Brings the texts into their form and holds them against the rules of the fields that they become.
    fn hold(&mut self, event: &mut Event, contract: &Contract) -> Result<(), Problem> {
        if event.left_out.is_some() {
            return Ok(());
        }
        let (name, source_uid) = (event.name.clone(), event.uid.clone());
        let entry = Some(CalendarEntry { name, source_uid, ..Default::default() });
        let (held, found) = contract.hold(SINGLE, &UpdateCalendarEntryRequest { entry, update_mask: None })?;
        let entry = held.entry.unwrap_or_default();
        (event.name, event.uid) = (entry.name, entry.source_uid);
        for violation in found {
            let Some((_, name)) = TEXTS.iter().find(|(field, _)| violation.field == *field) else { continue };
            let line = self.all(name).next().map_or(self.component.line, |property| property.line);
            self.fault(line, format!("has a {name} that {}", violation.description));
        }
        Ok(())
    }

    /// A day of the calendar, as `YYYYMMDD`.
    fn day(&mut self, property: &Property, text: &str) -> Option<NaiveDate> {
        let found = Some(text.trim()).filter(|text| text.len() == 8).and_then(|text| {
            let day = NaiveDate::parse_from_str(text, "%Y%m%d").ok()?;
            YEARS.contains(&day.year()).then_some(day)
        });
        if found.is_none() {
            let (first, last) = (YEARS.start(), YEARS.end());
            let what = format!("has a {} that is no day as YYYYMMDD, {first} to {last}: {text:?}", property.name);
            self.fault(property.line, what);
        }
        found
    }

    fn recurrence_id(&mut self, property: &Property) -> Option<NaiveDate> {
        if property.parameter("RANGE").is_some() {
            self.fault(property.line, "changes many recurrences at once (RANGE), which is not supported");
            return None;
        }
        // Of an event that takes hours it names an hour, of which the day is all that could be meant here.
        self.day(property, property.value.trim().split('T').next().unwrap_or_default())
    }

    /// How many days the event lasts. Its end is the day after the last one; many programs write the same day twice for one.
    fn days(&mut self, start: NaiveDate) -> u64 {
        let end = self.one("DTEND");
        let duration = self.one("DURATION");
        match (end, duration) {
            (Some(_), Some(duration)) => self.fault(duration.line, "is a DURATION beside DTEND"),
            (Some(end), None) => {
                let last = self.day(end, &end.value).unwrap_or(start);
                match u64::try_from((last - start).num_days()) {
                    Ok(days) => return days.max(1),
                    Err(_) => {
                        self.fault(end.line, format!("ends the event before it begins, {}", start.format("%Y%m%d")))
                    }
                }
            }
            (None, Some(duration)) => match whole_days(duration.value.trim()) {
                Some(days) => return days,
                None => self.fault(duration.line, "has a DURATION that is no number of days, as P3D, or weeks, as P2W"),
            },
            (None, None) => {}
        }
        1
    }

    /// Days, in any number of lines.
    fn list(&mut self, name: &str) -> Vec<NaiveDate> {
        let properties: Vec<_> = self.all(name).collect();
        let mut found = Vec::new();
        for property in properties {
            for text in property.value.split(',') {
                found.extend(self.day(property, text));
            }
        }
        found
    }
}

/// Whether a beginning is a day rather than a time.
fn is_day(start: &Property) -> bool {
    match start.parameter("VALUE") {
        Some(value) => value.eq_ignore_ascii_case("DATE"),
        None => !start.value.contains('T'),
    }
}

/// `P3D` and `P2W`, up to ten years.
fn whole_days(duration: &str) -> Option<u64> {
    let number = duration.strip_prefix('+').unwrap_or(duration).strip_prefix('P')?;
    let days: u64 = match number.strip_suffix('W') {
        Some(weeks) => weeks.parse::<u64>().ok()?.checked_mul(7)?,
        None => number.strip_suffix('D')?.parse().ok()?,
    };
    (1..=3_660).contains(&days).then_some(days)
}
