//! The queries of this slice.

use std::{collections::HashMap, ops::RangeInclusive};

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _,
    sea_query::LockType,
};
use uuid::Uuid;

use super::RESOURCE;
use crate::{
    entity::calendar_entry::{self, Column, Model},
    problem::Problem,
    store::{Database, Tx},
};

/// A statement takes 32,766 values on SQLite, and a row has 14.
const ROWS_A_STATEMENT: usize = 500;

pub async fn find(database: &Database, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let found = calendar_entry::in_college(college_id).filter(Column::Id.eq(id)).one(database.reader()).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}

/// Every entry that has a day in common with these.
pub async fn list_touching(
    database: &Database,
    college_id: Uuid,
    days: &RangeInclusive<NaiveDate>,
) -> Result<Vec<Model>, Problem> {
    let touching = calendar_entry::in_college(college_id)
        .filter(Column::FromDate.lte(*days.end()))
        .filter(Column::ToDate.gte(*days.start()));
    Ok(touching.all(database.reader()).await?)
}

pub async fn insert(tx: &Tx, entries: Vec<Model>) -> Result<(), Problem> {
    for some in entries.chunks(ROWS_A_STATEMENT) {
        calendar_entry::insert(some.iter().cloned().map(Into::into)).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Changes an entry as it is now: nobody else can change it in between.
pub async fn change(
    tx: &Tx,
    college_id: Uuid,
    id: Uuid,
    change: impl FnOnce(Model) -> Result<Model, Problem>,
) -> Result<Model, Problem> {
    let found =
        calendar_entry::in_college(college_id).filter(Column::Id.eq(id)).lock(LockType::NoKeyUpdate).one(tx).await?;
    let changed = change(found.ok_or_else(|| Problem::not_found(RESOURCE))?)?;
    write(tx, &changed).await?;
    Ok(changed)
}

pub async fn write(tx: &Tx, entry: &Model) -> Result<(), Problem> {
    entry.clone().into_active_model().reset_all().update(tx).await?;
    Ok(())
}

pub async fn delete(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<(), Problem> {
    let gone = calendar_entry::delete_in_college(college_id).filter(Column::Id.eq(id)).exec(tx).await?;
    if gone.rows_affected == 0 { Err(Problem::not_found(RESOURCE)) } else { Ok(()) }
}

/// Every entry that was imported from one of these events, by UID and recurrence, locked until the transaction ends.
pub async fn lock_imported(
    tx: &Tx,
    college_id: Uuid,
    uids: &[String],
) -> Result<HashMap<(String, String), Model>, Problem> {
    let mut found = HashMap::new();
    for some in uids.chunks(ROWS_A_STATEMENT) {
        let rows = calendar_entry::in_college(college_id)
            .filter(Column::SourceUid.is_in(some.iter().map(String::as_str)))
            .lock(LockType::NoKeyUpdate)
            .all(tx)
            .await?;
        found.extend(rows.into_iter().filter_map(|row| {
            let key = (row.source_uid.clone()?, row.source_recurrence_id.clone()?);
            Some((key, row))
        }));
    }
    Ok(found)
}
