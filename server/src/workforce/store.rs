//! The queries of this slice.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DbErr, IntoActiveModel as _, QueryFilter as _,
    QuerySelect as _, sea_query::LockType,
};
use uuid::Uuid;

use super::{EMPLOYEE, PUNCH};
use crate::{
    entity::{
        employee,
        punch::{self, Model as Punch},
    },
    problem::Problem,
    store::{ROWS_PER_STATEMENT, Tx, constraint},
};

pub async fn find_employee(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    id: Uuid,
) -> Result<employee::Model, Problem> {
    let found = employee::in_college(college_id).filter(employee::Column::Id.eq(id)).one(connection).await?;
    found.ok_or_else(|| Problem::not_found(EMPLOYEE))
}

/// The employee, who stays as they are until the transaction ends.
pub async fn lock_employee(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<employee::Model, Problem> {
    let own = employee::in_college(college_id).filter(employee::Column::Id.eq(id)).lock(LockType::NoKeyUpdate);
    own.one(tx).await?.ok_or_else(|| Problem::not_found(EMPLOYEE))
}

pub async fn insert_employee(tx: &Tx, made: employee::Model) -> Result<(), Problem> {
    employee::insert([made.into()]).exec_without_returning(tx).await.map_err(refused)?;
    Ok(())
}

/// Writes an employee who is locked.
pub async fn write_employee(tx: &Tx, changed: employee::Model) -> Result<(), Problem> {
    changed.into_active_model().reset_all().update(tx).await.map_err(refused)?;
    Ok(())
}

pub async fn find_punch(connection: &impl ConnectionTrait, college_id: Uuid, id: Uuid) -> Result<Punch, Problem> {
    let found = punch::in_college(college_id).filter(punch::Column::Id.eq(id)).one(connection).await?;
    found.ok_or_else(|| Problem::not_found(PUNCH))
}

/// The punches that are there under some keys.
pub async fn find_by_keys(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    keys: &[Uuid],
) -> Result<HashMap<Uuid, Punch>, Problem> {
    let mut found = HashMap::with_capacity(keys.len());
    for some in keys.chunks(ROWS_PER_STATEMENT) {
        let known = punch::in_college(college_id).filter(punch::Column::EventKey.is_in(some.iter().copied()));
        found.extend(known.all(connection).await?.into_iter().map(|punch| (punch.event_key, punch)));
    }
    Ok(found)
}

/// What corrects some punches: by the punch, its correction.
pub async fn find_corrections(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Uuid>, Problem> {
    let mut found = HashMap::new();
    for some in ids.collect::<Vec<_>>().chunks(ROWS_PER_STATEMENT) {
        let corrections = punch::in_college(college_id)
            .filter(punch::Column::CorrectsId.is_in(some.iter().copied()))
            .select_only()
            .columns([punch::Column::CorrectsId, punch::Column::Id])
            .into_tuple::<(Option<Uuid>, Uuid)>();
        let corrections = corrections.all(connection).await?;
        found.extend(corrections.into_iter().filter_map(|(corrected, id)| Some((corrected?, id))));
    }
    Ok(found)
}

fn refused(error: DbErr) -> Problem {
    if constraint::is_foreign_key(&error) {
        return Problem::not_found("location");
    }
    match constraint::broken_unique(&error) {
        Some("uq_employees_external") => Problem::already_exists(EMPLOYEE, "external_id"),
        _ => error.into(),
    }
}
