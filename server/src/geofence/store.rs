//! The queries of this slice.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DbErr, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, sea_query::LockType,
};
use uuid::Uuid;

use super::RESOURCE;
use crate::{
    entity::{location, location_ids::LocationIds},
    problem::Problem,
    store::{Database, Tx, constraint},
};

pub async fn find(database: &Database, college_id: Uuid, id: Uuid) -> Result<location::Model, Problem> {
    find_in(database.reader(), college_id, id).await
}

pub async fn find_in(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    id: Uuid,
) -> Result<location::Model, Problem> {
    let found = location::in_college(college_id).filter(location::Column::Id.eq(id)).one(connection).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}

/// The locations that something names beside its own. One that the college does not have is not found.
pub async fn find_others(tx: &Tx, college_id: Uuid, ids: &LocationIds) -> Result<Vec<location::Model>, Problem> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = location::in_college(college_id).filter(location::Column::Id.is_in(ids.iter())).all(tx).await?;
    if found.len() == ids.iter().count() { Ok(found) } else { Err(Problem::not_found(RESOURCE)) }
}

pub async fn list_all(database: &Database, college_id: Uuid) -> Result<Vec<location::Model>, Problem> {
    Ok(location::in_college(college_id).all(database.reader()).await?)
}

pub async fn list_by_name(database: &Database, college_id: Uuid) -> Result<Vec<location::Model>, Problem> {
    let query = location::in_college(college_id).order_by_asc(location::Column::Name);
    Ok(query.all(database.reader()).await?)
}

pub async fn insert(tx: &Tx, location: location::Model) -> Result<(), Problem> {
    location::insert([location.into()]).exec_without_returning(tx).await.map_err(refused)?;
    Ok(())
}

/// Changes a location as it is now: nobody else can change it in between. Sessions, which only point to it, are planned
/// meanwhile.
pub async fn change(
    tx: &Tx,
    college_id: Uuid,
    id: Uuid,
    change: impl FnOnce(location::Model) -> Result<location::Model, Problem>,
) -> Result<location::Model, Problem> {
    let found = location::in_college(college_id)
        .filter(location::Column::Id.eq(id))
        .lock(LockType::NoKeyUpdate)
        .one(tx)
        .await?;
    let changed = change(found.ok_or_else(|| Problem::not_found(RESOURCE))?)?;
    changed.clone().into_active_model().reset_all().update(tx).await.map_err(refused)?;
    Ok(changed)
}

pub async fn delete(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<(), Problem> {
    let gone = location::delete_in_college(college_id).filter(location::Column::Id.eq(id)).exec(tx).await;
    let gone = gone.map_err(|error| match constraint::is_foreign_key(&error) {
        true => Problem::in_use(RESOURCE),
        false => error.into(),
    })?;
    if gone.rows_affected == 0 { Err(Problem::not_found(RESOURCE)) } else { Ok(()) }
}

pub fn refused(error: DbErr) -> Problem {
    match constraint::broken_unique(&error) {
        Some("uq_locations_name") => Problem::already_exists(RESOURCE, "name"),
        _ => error.into(),
    }
}
