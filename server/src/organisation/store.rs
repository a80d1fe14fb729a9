//! The queries of this slice.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use super::enrolment::{Membership, Roster, day_in};
use crate::{
    entity::{college, division, enrolment},
    problem::Problem,
    store::{Database, Store},
};

pub async fn find_college(database: &Database, id: Uuid) -> Result<college::Model, Problem> {
    college::by_id(id).one(database.reader()).await?.ok_or_else(|| Problem::not_found("college"))
}

pub async fn has_division(database: &Database, college_id: Uuid, id: Uuid) -> Result<bool, Problem> {
    Ok(division::in_college(college_id).filter(division::Column::Id.eq(id)).one(database.reader()).await?.is_some())
}

/// Whether a student belongs to a division at an instant. A copy can only say yes: a no is looked up.
pub async fn is_enrolled(
    store: &Store,
    college_id: Uuid,
    division_id: Uuid,
    student_id: Uuid,
    time_zone: &str,
    at: DateTime<Utc>,
) -> Result<bool, Problem> {
    let key = Roster { college_id, division_id, day: day_in(time_zone, at) };
    let load = || async { list_roster(&store.database, &key).await };
    if store.cache.get(&key, load).await?.contains(&student_id) {
        return Ok(true);
    }
    let found = on_day(college_id, key.day)
        .filter(enrolment::Column::DivisionId.eq(division_id))
        .filter(enrolment::Column::StudentId.eq(student_id))
        .one(store.database.reader())
        .await?
        .is_some();
    if found {
        store.cache.forget(&key).await;
    }
    Ok(found)
}

/// Every division that a student belongs to or did, each with its time.
pub async fn list_memberships(
    database: &Database,
    college_id: Uuid,
    student_id: Uuid,
) -> Result<Vec<Membership>, Problem> {
    let college = find_college(database, college_id).await?;
    let rows = enrolment::in_college(college_id)
        .filter(enrolment::Column::StudentId.eq(student_id))
        .all(database.reader())
        .await?;
    Ok(rows.iter().map(|row| Membership::of(row, &college.time_zone)).collect())
}

async fn list_roster(database: &Database, key: &Roster) -> Result<HashSet<Uuid>, Problem> {
    let ids: Vec<Uuid> = on_day(key.college_id, key.day)
        .filter(enrolment::Column::DivisionId.eq(key.division_id))
        .select_only()
        .column(enrolment::Column::StudentId)
        .into_tuple()
        .all(database.reader())
        .await?;
    Ok(ids.into_iter().collect())
}

fn on_day(college_id: Uuid, day: NaiveDate) -> enrolment::Find {
    enrolment::in_college(college_id)
        .filter(enrolment::Column::FromDate.lte(day))
        .filter(Condition::any().add(enrolment::Column::ToDate.is_null()).add(enrolment::Column::ToDate.gte(day)))
}
