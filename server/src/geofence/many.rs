//! Many locations at once, for imports and exports: few statements, whatever their number.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{LockType, OnConflict},
};
use uuid::Uuid;

use super::{copies, store::refused};
use crate::{
    entity::location::{self, Column},
    problem::Problem,
    store::{ROWS_PER_STATEMENT, Store, Tx, put_rows},
};

/// The locations of a college that have one of the names.
pub async fn find_by_name(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    names: &[&str],
) -> Result<HashMap<String, location::Model>, Problem> {
    let mut found = HashMap::with_capacity(names.len());
    for some in names.chunks(ROWS_PER_STATEMENT) {
        let named = location::in_college(college_id).filter(Column::Name.is_in(some.iter().copied()));
        found.extend(named.all(connection).await?.into_iter().map(|location| (location.name.clone(), location)));
    }
    Ok(found)
}

/// The same, and nobody else can change them before the transaction ends.
pub async fn lock_by_name(
    tx: &Tx,
    college_id: Uuid,
    names: &[&str],
) -> Result<HashMap<String, location::Model>, Problem> {
    let mut found = HashMap::with_capacity(names.len());
    for some in names.chunks(ROWS_PER_STATEMENT) {
        let named = location::in_college(college_id).filter(Column::Name.is_in(some.iter().copied()));
        let locked = named.order_by_asc(Column::Id).lock(LockType::NoKeyUpdate).all(tx).await?;
        found.extend(locked.into_iter().map(|location| (location.name.clone(), location)));
    }
    Ok(found)
}

/// Locations by name, those that come after one.
pub async fn list_after(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<location::Model>, Problem> {
    let mut query = location::in_college(college_id).order_by_asc(Column::Name).limit(limit);
    if let Some(after) = after {
        query = query.filter(Column::Name.gt(after));
    }
    Ok(query.all(connection).await?)
}

/// The names of locations.
pub async fn find_names(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, String>, Problem> {
    let named = location::in_college(college_id).filter(Column::Id.is_in(ids.iter().copied()));
    Ok(named.all(connection).await?.into_iter().map(|location| (location.id, location.name)).collect())
}

/// Makes locations, and changes all but the name of those whose ids are known.
pub async fn put(tx: &Tx, locations: Vec<location::Model>) -> Result<(), Problem> {
    let known = OnConflict::columns([Column::CollegeId, Column::Id])
        .update_columns([
            Column::Latitude,
            Column::Longitude,
            Column::RadiusMeters,
            Column::Polygon,
            Column::Building,
            Column::ClassroomNumber,
            Column::Capacity,
            Column::UpdatedAt,
        ])
        .to_owned();
    put_rows(tx, locations, location::insert, known).await.map_err(refused)
}

/// Drops every copy that one of the locations is in.
pub async fn outdate(store: &Store, college_id: Uuid, ids: &[Uuid]) {
    copies::outdate_many(store, college_id, ids).await;
}
