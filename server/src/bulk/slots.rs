//! What a row of a timetable would make of what it refers to.

use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDate, NaiveTime};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    table::{Finding, Import, Line, distinct},
    timetables::Row,
};
use crate::{
    entity::{
        division, location,
        location_ids::LocationIds,
        timetable::Model,
        user::{self, Role},
    },
    geofence, organisation, people,
    problem::Problem,
    timetable::many,
};

/// Division, teacher, weekday and start.
pub type Slot = (Uuid, Uuid, i32, NaiveTime);

pub const fn slot_of(slot: &Model) -> Slot {
    (slot.division_id, slot.teacher_id, slot.day_of_week, slot.start_time)
}

/// What rows refer to.
pub struct Known {
    divisions: HashMap<String, division::Model>,
    locations: HashMap<String, location::Model>,
    people: HashMap<String, user::Model>,
    /// All that the college has: any of them could be in the way.
    pub slots: Vec<Model>,
}

/// Slots that no row has meant so far.
pub struct Held(HashMap<Slot, BTreeMap<NaiveDate, Vec<Model>>>);

impl Held {
    pub fn of(slots: Vec<Model>) -> Self {
        let mut held = Self(HashMap::new());
        for slot in slots {
            held.0.entry(slot_of(&slot)).or_default().entry(slot.valid_from).or_default().push(slot);
        }
        held
    }

    /// The one that is valid from a day.
    pub fn take(&mut self, slot: &Slot, first: NaiveDate) -> Option<Model> {
        self.0.get_mut(slot)?.get_mut(&first)?.pop()
    }

    /// The one that is valid on a day. Goes through all of the slot, which a file means once in this way.
    pub fn take_valid_on(&mut self, slot: &Slot, day: NaiveDate) -> Option<Model> {
        self.0.get_mut(slot)?.range_mut(..=day).find_map(|(_, slots)| {
            let place = slots.iter().position(|slot| slot.valid_to.is_none_or(|last| last >= day))?;
            Some(slots.swap_remove(place))
        })
    }

    /// Those that are left.
    pub fn rest(self) -> Vec<Model> {
        self.0.into_values().flat_map(BTreeMap::into_values).flatten().collect()
    }
}

impl Known {
    pub async fn load(
        connection: &impl ConnectionTrait,
        college_id: Uuid,
        lines: &[Line<Row>],
    ) -> Result<Self, Problem> {
        let names = distinct(lines, |row| &row.division);
        let divisions = organisation::many::find_divisions(connection, college_id, &names).await?;
        let names = distinct(lines, |row| &row.location);
        let locations = geofence::many::find_by_name(connection, college_id, &names).await?;
        let emails = distinct(lines, |row| &row.teacher_email);
        let people = people::many::find_by_email(connection, college_id, &emails).await?;
        let slots = many::list(connection, college_id).await?;
        Ok(Self { divisions, locations, people, slots })
    }

    /// The slot that a row would make. What it refers to in vain is a fault.
    pub fn slot(&self, row: &Row, line: u32, import: &Import, finding: &mut Finding<'_>) -> Option<Model> {
        let (division, location) = (self.divisions.get(&row.division), self.locations.get(&row.location));
        for (column, is_there) in [("division", division.is_some()), ("location", location.is_some())] {
            if !is_there {
                finding.add(line, column, "is none of the college's: take the name of one, or import it first");
            }
        }
        let person = self.people.get(&row.teacher_email);
        let teacher = person.filter(|person| person.role == Role::Teacher && person.is_active);
        if teacher.is_none() {
            let fault = match person {
                None => "is nobody's: import the person first",
                Some(_) => "is not an active teacher's: slots are held by active teachers",
            };
            finding.add(line, "teacher_email", fault);
        }
        Some(Model {
            college_id: import.college_id,
            id: Uuid::now_v7(),
            division_id: division?.id,
            location_id: location?.id,
            teacher_id: teacher?.id,
            subject: row.subject.clone(),
            day_of_week: row.day_of_week,
            start_time: row.start_time,
            end_time: row.end_time,
            created_at: import.now,
            updated_at: import.now,
            valid_from: row.valid_from.unwrap_or(import.today),
            valid_to: row.valid_to,
            also_location_ids: LocationIds::default(),
        })
    }
}
