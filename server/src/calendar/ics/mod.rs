//! iCalendar files (RFC 5545): the whole-day events in them, each of their recurrences by itself.

mod calendar;
mod event;
mod lines;
mod pattern;
mod ranks;
mod recurrence;
mod rule;

use std::{
    collections::{HashMap, HashSet},
    fmt::Display,
    ops::RangeInclusive,
};

use chrono::{Days, NaiveDate};
use rollcall_proto::v1::import_calendar_entries_response::skipped::Reason;

use crate::{contract::Contract, import, problem::Problem};
use event::Event;
use rule::Budget;

const MAX_OCCURRENCES: usize = 2_000;
/// What the rules of a file may cost (see `Budget`), which is half a second's work. It is more than any thousand rules without a
/// COUNT need, or a thousand yearly holidays with one that began in 1900.
const MAX_COST: u64 = 6_000_000;

/// The faults of a file.
pub type Faults = import::Faults<Place>;

/// A line of a file; the first one is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(pub usize);

impl Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "line {}", self.0)
    }
}

impl import::Place for Place {
    type Order = usize;

    fn order(&self) -> usize {
        self.0
    }
}

/// Something without which there is no telling what the rest would mean, and its line.
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

/// What a file holds; nothing where it has faults.
#[derive(Debug, Default)]
pub struct File {
    pub occurrences: Vec<Occurrence>,
    pub skipped: Vec<Skipped>,
    pub faults: Faults,
}

/// Reads a file. Events that repeat are taken within `horizon`, all others whenever they are. What a file says is the same
/// on every machine: nothing is decided by the time that it takes.
pub fn read(bytes: &[u8], horizon: &RangeInclusive<NaiveDate>, contract: &Contract) -> Result<File, Problem> {
    let mut faults = Faults::default();
    let components = match lines::unfold(bytes).and_then(|lines| calendar::events(&lines)) {
        Ok(components) => components,
        Err(fault) => return Ok(File::of(fault)),
    };
    let mut events = Vec::with_capacity(components.len());
    for component in &components {
        events.extend(event::read(component, contract, &mut faults)?);
    }
    repeated(&events, &mut faults);
    if !faults.is_empty() {
        return Ok(File { faults, ..File::default() });
    }
    Ok(assemble(events, horizon).unwrap_or_else(File::of))
}

/// Events that would be the same one: their UID and, if they stand for one recurrence of another event, its day.
fn repeated(events: &[Event], faults: &mut Faults) {
    let mut lines = HashMap::new();
    for event in events {
        if let Some(first) = lines.insert((&event.uid, event.recurrence_id), event.line) {
            faults.add(Place(event.line), format!("has the UID of the event on line {first}"));
        }
    }
}

fn assemble(events: Vec<Event>, horizon: &RangeInclusive<NaiveDate>) -> Result<File, Fault> {
    let replaced: HashSet<(String, NaiveDate)> =
        events.iter().filter_map(|event| Some((event.uid.clone(), event.recurrence_id?))).collect();
    let mut file = File::default();
    let mut budget = Budget::new(MAX_COST);
    for event in events {
        if let Some(reason) = event.left_out {
            file.skipped.push(event.skipped(reason));
            continue;
        }
        if event.recurrence_id.is_some() || !event.repeats() {
            file.occurrences.push(event.on(event.start));
        } else {
            let dates = recurrence::dates(&event, horizon, &mut budget)?;
            if dates.is_empty() {
                file.skipped.push(event.skipped(Reason::OutOfRange));
            }
            let own = dates.into_iter().filter(|date| !replaced.contains(&(event.uid.clone(), *date)));
            file.occurrences.extend(own.map(|date| event.on(date)));
        }
        if file.occurrences.len() > MAX_OCCURRENCES {
            let what = format!("and the events before it make more than {MAX_OCCURRENCES} entries");
            return Err(Fault::new(event.line, what));
        }
    }
    Ok(file)
}

impl File {
    /// One of which nothing can be said but what is wrong.
    fn of(fault: Fault) -> Self {
        let mut file = Self::default();
        file.faults.add(Place(fault.line), fault.what);
        file
    }
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
