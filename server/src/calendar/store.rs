//! The queries of this slice.

use std::{collections::HashMap, ops::RangeInclusive};

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _, QuerySelect as _,
    sea_query::{LockType, OnConflict},
};
use uuid::Uuid;

use super::{RESOURCE, rules};
use crate::{
    entity::calendar_entry::{self, Column, Model},
    problem::Problem,
    store::{Database, ROWS_PER_STATEMENT, Tx, put_rows},
};

pub async fn find(database: &Database, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let found = calendar_entry::in_college(college_id).filter(Column::Id.eq(id)).one(database.reader()).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}

/// Every entry of whole days that has a day in common with these.
pub async fn list_touching(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    days: &RangeInclusive<NaiveDate>,
) -> Result<Vec<Model>, Problem> {
    let touching = calendar_entry::in_college(college_id)
        .filter(Column::FromDate.lte(*days.end()))
        .filter(Column::ToDate.gte(*days.start()))
        .filter(Column::StartTime.is_null());
    Ok(touching.all(connection).await?)
}

/// Refuses more entries than a college may have. The college must be locked, so that the count holds until they are there.
pub async fn check_room(tx: &Tx, college_id: Uuid, more: usize) -> Result<(), Problem> {
    rules::check_room(calendar_entry::in_college(college_id).count(tx).await?, more)
}

pub async fn insert(tx: &Tx, entry: Model) -> Result<(), Problem> {
    calendar_entry::insert([entry.into()]).exec_without_returning(tx).await?;
    Ok(())
}

/// Makes entries, and changes those whose ids are known into what a file says.
pub async fn put(tx: &Tx, entries: Vec<Model>) -> Result<(), Problem> {
    let known = OnConflict::columns([Column::CollegeId, Column::Id])
        .update_columns([
            Column::Kind,
            Column::Name,
            Column::FromDate,
            Column::ToDate,
            Column::DaysOfWeek,
            Column::StartTime,
            Column::EndTime,
            Column::SourceDigest,
            Column::UpdatedAt,
        ])
        .to_owned();
    Ok(put_rows(tx, entries, calendar_entry::insert, known).await?)
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
    changed.clone().into_active_model().reset_all().update(tx).await?;
    Ok(changed)
}

pub async fn delete(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<(), Problem> {
    let gone = calendar_entry::delete_in_college(college_id).filter(Column::Id.eq(id)).exec(tx).await?;
    if gone.rows_affected == 0 { Err(Problem::not_found(RESOURCE)) } else { Ok(()) }
}

/// Where an entry comes from: the UID of an event and which of its recurrences.
pub type Source = (String, String);

/// Every entry that was imported from one of these events.
pub async fn find_imported(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    uids: &[&str],
) -> Result<HashMap<Source, Model>, Problem> {
    let mut found = HashMap::new();
    for some in uids.chunks(ROWS_PER_STATEMENT) {
        found.extend(by_source(imported(college_id, some).all(connection).await?));
    }
    Ok(found)
}

/// The same, and nobody else can change them before the transaction ends.
pub async fn lock_imported(tx: &Tx, college_id: Uuid, uids: &[&str]) -> Result<HashMap<Source, Model>, Problem> {
    let mut found = HashMap::new();
    for some in uids.chunks(ROWS_PER_STATEMENT) {
        found.extend(by_source(imported(college_id, some).lock(LockType::NoKeyUpdate).all(tx).await?));
    }
    Ok(found)
}

fn imported(college_id: Uuid, uids: &[&str]) -> calendar_entry::Find {
    calendar_entry::in_college(college_id).filter(Column::SourceUid.is_in(uids.iter().copied()))
}

fn by_source(entries: Vec<Model>) -> impl Iterator<Item = (Source, Model)> {
    let source = |entry: &Model| Some((entry.source_uid.clone()?, entry.source_recurrence_id.clone()?));
    entries.into_iter().filter_map(move |entry| Some((source(&entry)?, entry)))
}
