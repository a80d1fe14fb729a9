//! What is to become of the sessions of some slots: which are made, changed and cancelled. From values alone.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use uuid::Uuid;

use crate::{
    entity::{
        college,
        session::{EndReason, Model, Origin, Plan, State},
        timetable,
    },
    organisation,
    timetable::{Occurrence, Weekly},
};

/// What is to be done. Nothing where all is as it should be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    pub create: Vec<Model>,
    /// As they are to be.
    pub change: Vec<Model>,
    pub cancel: Vec<(Uuid, EndReason)>,
}

impl Changes {
    pub const fn is_empty(&self) -> bool {
        self.create.is_empty() && self.change.is_empty() && self.cancel.is_empty()
    }
}

/// The days that are looked at: from today to the end of the horizon, and as far as there are sessions already.
pub fn days(college: &college::Model, held: &[Model], now: DateTime<Utc>) -> (NaiveDate, NaiveDate) {
    let today = organisation::day_in(&college.time_zone, now);
    let last = held.iter().filter_map(|session| session.occurrence_date).max();
    (today, horizon(college, today).max(last).unwrap_or(today))
}

/// The last day that is planned; none where none is.
fn horizon(college: &college::Model, today: NaiveDate) -> Option<NaiveDate> {
    let more = u64::try_from(college.plan_horizon_days).ok()?.checked_sub(1)?;
    today.checked_add_days(Days::new(more))
}

/// Compares slots with the sessions that stand for their days. `held` are all that lie ahead, and all of today.
///
/// A session of a slot stands for a day of it. One that lies ahead follows its slot, to another day of the same week too, and is
/// cancelled where there is none. What has begun, is over or was changed by hand stays as it is; and its day, for one that was
/// changed by hand its week, is not planned again.
pub fn plan(
    college: &college::Model,
    slots: &[timetable::Model],
    days_off: &BTreeSet<NaiveDate>,
    held: Vec<Model>,
    now: DateTime<Utc>,
) -> Changes {
    let days = days(college, &held, now);
    let mut held_of: BTreeMap<Uuid, Vec<Model>> = BTreeMap::new();
    for session in held {
        if let Some(slot_id) = session.timetable_id {
            held_of.entry(slot_id).or_default().push(session);
        }
    }
    let mut changes = Changes::default();
    for slot in slots {
        let held = held_of.remove(&slot.id).unwrap_or_default();
        Slot { college, slot, days_off, days, now }.compare(held, &mut changes);
    }
    // Their slots do not take place on any of the days any more.
    let ahead = held_of.into_values().flatten().filter(|session| follows(session, now));
    changes.cancel.extend(ahead.map(|session| (session.id, EndReason::SlotChanged)));
    changes
}

/// Whether a session still follows its slot.
fn follows(session: &Model, now: DateTime<Utc>) -> bool {
    session.state == State::Scheduled && !session.is_adjusted && session.planned_start > now
}

fn week(day: NaiveDate) -> (i32, u32) {
    (day.iso_week().year(), day.iso_week().week())
}

struct Slot<'a> {
    college: &'a college::Model,
    slot: &'a timetable::Model,
    days_off: &'a BTreeSet<NaiveDate>,
    days: (NaiveDate, NaiveDate),
    now: DateTime<Utc>,
}

impl Slot<'_> {
    fn compare(&self, held: Vec<Model>, changes: &mut Changes) {
        let (from, to) = self.days;
        let zone = organisation::zone(&self.college.time_zone);
        let occurrences = Weekly::of(self.slot).occurrences(zone, self.days_off, from, to);
        let mut wanted: BTreeMap<NaiveDate, Occurrence> = occurrences
            .filter(|occurrence| occurrence.start > self.now)
            .map(|occurrence| (occurrence.date, occurrence))
            .collect();
        let mut without_day = Vec::new();
        for session in held {
            let Some(date) = session.occurrence_date else { continue };
            match wanted.remove(&date) {
                Some(occurrence) if follows(&session, self.now) => self.change(session, occurrence, changes),
                Some(_) => {}
                None => without_day.push((date, session)),
            }
        }
        for (date, session) in without_day {
            let other_day = wanted.keys().copied().find(|day| week(*day) == week(date));
            let occurrence = other_day.filter(|_| self.stands_for_week(&session)).and_then(|day| wanted.remove(&day));
            match occurrence {
                Some(occurrence) if follows(&session, self.now) => self.change(session, occurrence, changes),
                None if follows(&session, self.now) => changes.cancel.push((session.id, self.why_gone(date))),
                _ => {}
            }
        }
        let last = horizon(self.college, from);
        let missing = wanted.into_values().filter(|occurrence| Some(occurrence.date) <= last);
        changes.create.extend(missing.map(|occurrence| self.create(occurrence)));
    }

    /// One that lies ahead stands for its slot's week, also where the slot has moved to another day of it.
    fn stands_for_week(&self, session: &Model) -> bool {
        session.state == State::Scheduled && session.planned_start > self.now
    }

    fn why_gone(&self, date: NaiveDate) -> EndReason {
        let zone = organisation::zone(&self.college.time_zone);
        let would_be = Weekly::of(self.slot).occurrences(zone, &BTreeSet::new(), date, date).next().is_some();
        if would_be && self.days_off.contains(&date) { EndReason::DayOff } else { EndReason::SlotChanged }
    }

    fn change(&self, session: Model, occurrence: Occurrence, changes: &mut Changes) {
        let wanted = Model {
            location_id: self.slot.location_id,
            division_id: self.slot.division_id,
            teacher_id: self.slot.teacher_id,
            subject: self.slot.subject.clone(),
            planned_start: occurrence.start,
            planned_end: occurrence.end,
            time_zone: self.college.time_zone.clone(),
            occurrence_date: Some(occurrence.date),
            also_location_ids: self.slot.also_location_ids.clone(),
            ..session.clone()
        };
        if wanted != session {
            changes.change.push(wanted);
        }
    }

    fn create(&self, occurrence: Occurrence) -> Model {
        let plan = Plan {
            location_id: self.slot.location_id,
            division_id: self.slot.division_id,
            teacher_id: self.slot.teacher_id,
            subject: self.slot.subject.clone(),
            start: occurrence.start,
            end: occurrence.end,
            time_zone: self.college.time_zone.clone(),
            late_grace_seconds: self.college.late_grace_seconds,
        };
        Model {
            timetable_id: Some(self.slot.id),
            origin: Origin::Timetable,
            occurrence_date: Some(occurrence.date),
            also_location_ids: self.slot.also_location_ids.clone(),
            ..Model::planned(self.college.id, plan, self.now)
        }
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
