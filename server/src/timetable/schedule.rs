//! When the slots of somebody, or of a whole college, take place within some days. For a student a slot counts on the days
//! on which an enrolment in its division holds.

use std::collections::{BTreeSet, HashMap};

use chrono::{Datelike as _, NaiveDate};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use super::{
    recurrence::{Occurrence, Weekly},
    store,
};
use crate::{
    calendar::{self, DaysOff},
    entity::{
        college, division, location,
        timetable::{self, Column, Model},
        user,
    },
    organisation,
    principal::Reach,
    problem::Problem,
    store::Database,
};

/// What takes place within some days, in the order in which it begins.
pub struct Schedule {
    pub entries: Vec<Entry>,
    pub days_off: DaysOff,
}

/// One time that a slot takes place.
pub struct Entry {
    pub slot: Model,
    pub occurrence: Occurrence,
}

/// The schedule of a student, a teacher or a college from one day to another, both included.
pub async fn schedule(
    database: &Database,
    college: &college::Model,
    reach: Reach,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Schedule, Problem> {
    // A zone that is not known is UTC; it was checked when it was set.
    let zone: chrono_tz::Tz = college.time_zone.parse().unwrap_or(chrono_tz::UTC);
    let mut query = timetable::in_college(college.id).filter(store::valid_within(from, to));
    let weekdays: BTreeSet<_> = from.iter_days().take_while(|day| *day <= to).take(7).map(day_of_week).collect();
    if weekdays.len() < 7 {
        query = query.filter(Column::DayOfWeek.is_in(weekdays));
    }
    let memberships = match reach {
        Reach::College => None,
        Reach::Teacher(id) => {
            query = query.filter(Column::TeacherId.eq(id));
            None
        }
        Reach::Student(id) => {
            let memberships = organisation::list_memberships(database, college.id, id).await?;
            let divisions: BTreeSet<_> = memberships.iter().map(|membership| membership.division_id).collect();
            query = query.filter(Column::DivisionId.is_in(divisions));
            Some(memberships)
        }
    };
    let days_off = calendar::days_off(database, college.id, from..=to).await?;
    let dates = days_off.dates();
    let mut entries = Vec::new();
    for slot in query.all(database.reader()).await? {
        let occurrences = Weekly::of(&slot).occurrences(zone, &dates, from, to).filter(|occurrence| {
            memberships.as_ref().is_none_or(|memberships| {
                memberships.iter().any(|membership| {
                    membership.division_id == slot.division_id
                        && membership.from <= occurrence.start
                        && membership.before.is_none_or(|before| occurrence.start < before)
                })
            })
        });
        entries.extend(occurrences.map(|occurrence| Entry { slot: slot.clone(), occurrence }));
    }
    entries.sort_by_key(|entry| (entry.occurrence.start, entry.slot.id));
    Ok(Schedule { entries, days_off })
}

fn day_of_week(day: NaiveDate) -> u32 {
    day.weekday().number_from_monday()
}

/// What divisions, locations and teachers are called.
pub struct Names(HashMap<Uuid, String>);

impl Names {
    /// The names of all that some slots name.
    pub async fn of(database: &Database, college_id: Uuid, slots: &[&Model]) -> Result<Self, Problem> {
        let reader = database.reader();
        let ids = |id: fn(&Model) -> Uuid| slots.iter().map(|slot| id(slot)).collect::<BTreeSet<_>>();
        let divisions = division::in_college(college_id)
            .filter(division::Column::Id.is_in(ids(|slot| slot.division_id)))
            .select_only()
            .columns([division::Column::Id, division::Column::Name]);
        let locations = location::in_college(college_id)
            .filter(location::Column::Id.is_in(ids(|slot| slot.location_id)))
            .select_only()
            .columns([location::Column::Id, location::Column::Name]);
        let teachers = user::in_college(college_id)
            .filter(user::Column::Id.is_in(ids(|slot| slot.teacher_id)))
            .select_only()
            .columns([user::Column::Id, user::Column::Username]);
        let mut names: Vec<(Uuid, String)> = divisions.into_tuple().all(reader).await?;
        names.extend(locations.into_tuple::<(Uuid, String)>().all(reader).await?);
        names.extend(teachers.into_tuple::<(Uuid, String)>().all(reader).await?);
        Ok(Self(names.into_iter().collect()))
    }

    pub fn get(&self, id: Uuid) -> &str {
        self.0.get(&id).map_or("", String::as_str)
    }
}
