//! iCalendar files (RFC 5545): the whole-day events in them, each of their recurrences by itself.

mod calendar;
mod event;
mod lines;
mod recurrence;

use std::{
    collections::{HashMap, HashSet},
    ops::RangeInclusive,
    time::{Duration, Instant},
};

use chrono::{Days, NaiveDate};
use rollcall_proto::v1::import_calendar_entries_response::skipped::Reason;

use event::Event;

const MAX_OCCURRENCES: usize = 2_000;
/// Rules that are worked out in a moment make up every calendar that somebody keeps; others are made to keep a server busy.
const MAX_TIME: Duration = Duration::from_secs(5);

/// Something that is wrong in a file, and the line that it stands on; the first one is 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub line: usize,
    pub what: String,
}

impl Fault {
    fn new(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }
}

/// Days that an event takes once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    pub uid: String,
    /// The day that the event's rule gives for it, as the file would write it; empty for an event that does not repeat.
    pub recurrence_id: String,
    pub name: String,
    pub from: NaiveDate,
    /// The last day, which is part of it.
    pub to: NaiveDate,
}

/// An event that is left out, although nothing is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub line: usize,
    pub uid: String,
    pub name: String,
    pub reason: Reason,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    pub occurrences: Vec<Occurrence>,
    pub skipped: Vec<Skipped>,
}

/// Reads a file. Events that repeat are taken within `horizon`, all others whenever they are.
pub fn read(bytes: &[u8], horizon: &RangeInclusive<NaiveDate>) -> Result<File, Vec<Fault>> {
    let components = lines::unfold(bytes).and_then(|lines| calendar::events(&lines)).map_err(|fault| vec![fault])?;
    let mut faults = Vec::new();
    let events: Vec<Event> = components
        .iter()
        .filter_map(|component| event::read(component).map_err(|found| faults.extend(found)).ok())
        .collect();
    faults.extend(repeated(&events));
    if !faults.is_empty() {
        return Err(faults);
    }
    assemble(events, horizon)
}

/// Events that would be the same one: their UID and, if they stand for one recurrence of another event, its day.
fn repeated(events: &[Event]) -> Vec<Fault> {
    let mut lines = HashMap::new();
    let mut faults = Vec::new();
    for event in events {
        if let Some(first) = lines.insert((&event.uid, event.recurrence_id), event.line) {
            faults.push(Fault::new(event.line, format!("has the UID of the event on line {first}")));
        }
    }
    faults
}

fn assemble(events: Vec<Event>, horizon: &RangeInclusive<NaiveDate>) -> Result<File, Vec<Fault>> {
    let started = Instant::now();
    let replaced: HashSet<(String, NaiveDate)> =
        events.iter().filter_map(|event| Some((event.uid.clone(), event.recurrence_id?))).collect();
    let mut file = File::default();
    for event in events {
        if let Some(reason) = event.left_out {
            file.skipped.push(event.skipped(reason));
            continue;
        }
        if event.recurrence_id.is_some() || !event.repeats() {
            file.occurrences.push(event.on(event.start));
        } else if started.elapsed() > MAX_TIME {
            return Err(vec![Fault::new(event.line, "and the events before it take too long to work out")]);
        } else {
            let dates = recurrence::dates(&event, horizon).map_err(|fault| vec![fault])?;
            if dates.is_empty() {
                file.skipped.push(event.skipped(Reason::OutOfRange));
            }
            let own = dates.into_iter().filter(|date| !replaced.contains(&(event.uid.clone(), *date)));
            file.occurrences.extend(own.map(|date| event.on(date)));
        }
        if file.occurrences.len() > MAX_OCCURRENCES {
            let what = format!("and the events before it make more than {MAX_OCCURRENCES} entries");
            return Err(vec![Fault::new(event.line, what)]);
        }
    }
    Ok(file)
}

impl Event {
    fn skipped(&self, reason: Reason) -> Skipped {
        Skipped { line: self.line, uid: self.uid.clone(), name: self.name.clone(), reason }
    }

    /// The event as it takes place on a day.
    fn on(&self, date: NaiveDate) -> Occurrence {
        let which = match self.recurrence_id {
            Some(replaced) => Some(replaced),
            None => self.repeats().then_some(date),
        };
        Occurrence {
            uid: self.uid.clone(),
            recurrence_id: which.map(|date| date.format("%Y%m%d").to_string()).unwrap_or_default(),
            name: self.name.clone(),
            from: date,
            to: date.checked_add_days(Days::new(self.days - 1)).unwrap_or(date),
        }
    }
}

#[cfg(test)]
mod tests;
