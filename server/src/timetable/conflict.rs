//! Which slots cannot be beside each other: those of one teacher, location or division that overlap in time on a weekday and
//! in the days from which and until which they are valid.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{convert, running::Running};
use crate::{
    convert::clock_text,
    entity::timetable::Model,
    problem::{ErrorReason, Problem},
};

/// What is at one place at a time only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Teacher,
    Location,
    Division,
}

impl Part {
    pub const ALL: [Self; 3] = [Self::Teacher, Self::Location, Self::Division];

    pub const fn of(self, slot: &Model) -> Uuid {
        match self {
            Self::Teacher => slot.teacher_id,
            Self::Location => slot.location_id,
            Self::Division => slot.division_id,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::Location => "location",
            Self::Division => "division",
        }
    }
}

/// A slot that cannot be, by its place among the wanted ones, and the first one that it overlaps with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict<'a> {
    pub wanted: usize,
    pub other: &'a Model,
}

/// Every wanted slot that overlaps with one that is there or with another wanted one, in order. Each weekday of each teacher,
/// location and division is gone through once, day after day of the calendar, so that thousands of slots can be looked at
/// together, however many of them share an hour or a week.
pub fn conflicts<'a>(held: &'a [Model], wanted: &'a [Model]) -> Vec<Conflict<'a>> {
    let mut days: BTreeMap<(Part, Uuid, i32), Vec<Entry<'a>>> = BTreeMap::new();
    let held = held.iter().map(|slot| Entry { slot, wanted: None });
    let wanted = wanted.iter().enumerate().map(|(index, slot)| Entry { slot, wanted: Some(index) });
    for entry in held.chain(wanted) {
        for part in Part::ALL {
            days.entry((part, part.of(entry.slot), entry.slot.day_of_week)).or_default().push(entry);
        }
    }
    let mut found: BTreeMap<usize, &'a Model> = BTreeMap::new();
    for mut day in days.into_values() {
        if day.iter().any(|entry| entry.wanted.is_some()) {
            day.sort_by_key(|entry| (entry.slot.start_time, entry.slot.id));
            sweep(&day, &mut found);
        }
    }
    found.into_iter().map(|(wanted, other)| Conflict { wanted, other }).collect()
}

#[derive(Clone, Copy)]
struct Entry<'a> {
    slot: &'a Model,
    wanted: Option<usize>,
}

/// Goes through slots that share something, which are in the order of their times, from the first day of each to its last.
fn sweep<'a>(day: &[Entry<'a>], found: &mut BTreeMap<usize, &'a Model>) {
    let mut begins: Vec<usize> = (0..day.len()).collect();
    begins.sort_by_key(|place| day[*place].slot.valid_from);
    let mut ends: Vec<usize> = (0..day.len()).filter(|place| day[*place].slot.valid_to.is_some()).collect();
    ends.sort_by_key(|place| day[*place].slot.valid_to);
    let mut ends = ends.into_iter().peekable();
    // All that are valid, and those of the wanted among them that nothing was in the way of so far. As none is told of twice,
    // no slot is found more often than it begins.
    let (mut valid, mut free) = (Running::of(day.len()), Running::of(day.len()));
    for place in begins {
        let Entry { slot, wanted } = day[place];
        while let Some(gone) = ends.next_if(|gone| day[*gone].slot.valid_to < Some(slot.valid_from)) {
            valid.remove(gone);
            free.remove(gone);
        }
        let in_the_way = |running: &Running| {
            running.first_after(slot.start_time).filter(|other| begins_before_end(day, *other, slot))
        };
        let other = wanted.and_then(|_| in_the_way(&valid));
        while let Some(earlier) = in_the_way(&free) {
            free.remove(earlier);
            if let Some(earlier) = day[earlier].wanted {
                found.entry(earlier).or_insert(slot);
            }
        }
        valid.add(place, slot.end_time);
        match (wanted, other) {
            (Some(wanted), Some(other)) => {
                found.entry(wanted).or_insert(day[other].slot);
            }
            (Some(_), None) => free.add(place, slot.end_time),
            (None, _) => {}
        }
    }
}

fn begins_before_end(day: &[Entry<'_>], place: usize, slot: &Model) -> bool {
    day[place].slot.start_time < slot.end_time
}

/// The refusal of a slot that another one is in the way of.
pub fn taken(wanted: &Model, other: &Model) -> Problem {
    let shared: Vec<_> =
        Part::ALL.into_iter().filter(|part| part.of(wanted) == part.of(other)).map(Part::name).collect();
    let (are, who) = match shared.as_slice() {
        [one] => ("is", format!("the {one}")),
        [one, two] => ("are", format!("the {one} and the {two}")),
        _ => ("are", "the teacher, the location and the division".to_owned()),
    };
    let message = format!(
        "On {}s from {} to {} {who} {are} taken by {}. Choose another time, or change that slot.",
        convert::day_name(other.day_of_week),
        clock_text(other.start_time),
        clock_text(other.end_time),
        other.subject,
    );
    Problem::new(ErrorReason::SlotTaken, message).with("timetable_id", other.id).with("shared", shared.join(","))
}

#[cfg(test)]
#[path = "conflict_tests.rs"]
mod tests;
