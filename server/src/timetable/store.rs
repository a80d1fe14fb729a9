//! The queries of this slice; the list's own stands with it.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, IntoActiveModel as _, QueryFilter as _, QuerySelect as _,
    QueryTrait as _,
    sea_query::{LockType, SelectStatement},
};
use uuid::Uuid;

use super::{RESOURCE, conflict::Part, schedule::Whose};
use crate::{
    entity::{
        division, enrolment, location, policy,
        timetable::{self, Column, Model},
        timetable_location, user,
    },
    organisation,
    problem::Problem,
    store::{Database, Tx, constraint},
};

pub async fn find(database: &Database, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let slot = timetable::in_college(college_id).filter(Column::Id.eq(id)).one(database.reader()).await?;
    slot.ok_or_else(|| Problem::not_found(RESOURCE))
}

/// A slot as it is now: nobody else can change or delete it until the transaction ends.
pub async fn lock(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let query = timetable::in_college(college_id).filter(Column::Id.eq(id)).lock(LockType::NoKeyUpdate);
    query.one(tx).await?.ok_or_else(|| Problem::not_found(RESOURCE))
}

pub async fn insert(tx: &Tx, slot: Model) -> Result<(), Problem> {
    timetable::insert([slot.clone().into()]).exec_without_returning(tx).await?;
    hold_locations(tx, &slot).await
}

pub async fn write(tx: &Tx, slot: &Model) -> Result<(), Problem> {
    slot.clone().into_active_model().reset_all().update(tx).await?;
    let held = timetable_location::delete_in_college(slot.college_id);
    held.filter(timetable_location::Column::TimetableId.eq(slot.id)).exec(tx).await?;
    hold_locations(tx, slot).await
}

/// Keeps the other locations of a slot from being deleted.
async fn hold_locations(tx: &Tx, slot: &Model) -> Result<(), Problem> {
    let (college_id, timetable_id) = (slot.college_id, slot.id);
    let row = |location_id| timetable_location::Model { college_id, timetable_id, location_id }.into();
    let rows: Vec<timetable_location::ActiveModel> = slot.also_location_ids.iter().map(row).collect();
    if !rows.is_empty() {
        timetable_location::insert(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Deletes a slot, and what its check-ins have to show.
pub async fn delete(tx: &Tx, college_id: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<(), Problem> {
    let gone = timetable::delete_in_college(college_id).filter(Column::Id.eq(id)).exec(tx).await;
    let gone = gone.map_err(|error| match constraint::is_foreign_key(&error) {
        true => Problem::in_use(RESOURCE),
        false => error.into(),
    })?;
    if gone.rows_affected == 0 {
        return Err(Problem::not_found(RESOURCE));
    }
    policy::end_of(college_id, policy::Scope::Timetable, id, now).exec(tx).await?;
    Ok(())
}

/// Every other slot that may be in the way of one: those of its weekday that share somebody or something with it.
pub async fn list_rivals(tx: &Tx, slot: &Model) -> Result<Vec<Model>, Problem> {
    let shared = Condition::any()
        .add(Column::TeacherId.eq(slot.teacher_id))
        .add(Column::LocationId.eq(slot.location_id))
        .add(Column::DivisionId.eq(slot.division_id));
    let query = timetable::in_college(slot.college_id)
        .filter(Column::DayOfWeek.eq(slot.day_of_week))
        .filter(Column::Id.ne(slot.id))
        .filter(shared);
    Ok(query.all(tx).await?)
}

/// Whether a college has a location or a division, or somebody as an active teacher. The last of these only changes while the
/// college is locked.
pub async fn is_there(tx: &Tx, college_id: Uuid, part: Part, id: Uuid) -> Result<bool, Problem> {
    let found = match part {
        Part::Teacher => {
            let teacher = user::in_college(college_id)
                .filter(user::Column::Id.eq(id))
                .filter(user::Column::Role.eq(user::Role::Teacher))
                .filter(user::Column::IsActive.eq(true))
                .filter(user::Column::DeletedAt.is_null());
            teacher.one(tx).await?.is_some()
        }
        Part::Location => location::in_college(college_id).filter(location::Column::Id.eq(id)).one(tx).await?.is_some(),
        Part::Division => division::in_college(college_id).filter(division::Column::Id.eq(id)).one(tx).await?.is_some(),
    };
    Ok(found)
}

/// The divisions that a student belongs to on a day.
pub fn divisions_of(college_id: Uuid, student_id: Uuid, day: NaiveDate) -> SelectStatement {
    organisation::on_day(college_id, day)
        .filter(enrolment::Column::StudentId.eq(student_id))
        .select_only()
        .column(enrolment::Column::DivisionId)
        .into_query()
}

/// Slots that are valid on some of the days from one to another.
pub fn valid_within(from: NaiveDate, to: NaiveDate) -> Condition {
    Condition::all()
        .add(Column::ValidFrom.lte(to))
        .add(Condition::any().add(Column::ValidTo.is_null()).add(Column::ValidTo.gte(from)))
}

/// Somebody's slots that may take place on one of the days from one to another.
pub async fn list_within(
    database: &Database,
    college_id: Uuid,
    whose: &Whose,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Model>, Problem> {
    let mut query = timetable::in_college(college_id).filter(valid_within(from, to));
    let days = from.iter_days().take_while(|day| *day <= to).take(7);
    let weekdays: BTreeSet<_> = days.map(|day| day.weekday().number_from_monday()).collect();
    if weekdays.len() < 7 {
        query = query.filter(Column::DayOfWeek.is_in(weekdays));
    }
    query = match whose {
        Whose::College => query,
        Whose::Teacher(id) => query.filter(Column::TeacherId.eq(*id)),
        Whose::Student(memberships) => {
            let divisions: BTreeSet<_> = memberships.iter().map(|membership| membership.division_id).collect();
            query.filter(Column::DivisionId.is_in(divisions))
        }
    };
    Ok(query.all(database.reader()).await?)
}

/// What the divisions, locations and teachers of some slots are called, by their ids.
pub async fn list_names(
    database: &Database,
    college_id: Uuid,
    slots: &[&Model],
) -> Result<HashMap<Uuid, String>, Problem> {
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
    Ok(names.into_iter().collect())
}
