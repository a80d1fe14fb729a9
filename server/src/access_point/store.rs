//! The queries of this slice.

use sea_orm::{ColumnTrait as _, DbErr, QueryFilter as _};
use uuid::Uuid;

use super::RESOURCE;
use crate::{
    entity::access_point,
    problem::Problem,
    store::{Tx, constraint},
};

pub async fn insert(tx: &Tx, made: access_point::Model) -> Result<(), Problem> {
    access_point::insert([made.into()]).exec_without_returning(tx).await.map_err(refused)?;
    Ok(())
}

/// Deletes an access point and tells what it was.
pub async fn delete(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<access_point::Model, Problem> {
    let gone = access_point::delete_in_college(college_id).filter(access_point::Column::Id.eq(id));
    gone.exec_with_returning(tx).await?.pop().ok_or_else(|| Problem::not_found(RESOURCE))
}

pub fn refused(error: DbErr) -> Problem {
    if constraint::is_foreign_key(&error) {
        return Problem::not_found("location");
    }
    match constraint::broken_unique(&error) {
        Some("uq_access_points_bssid") => Problem::already_exists(RESOURCE, "bssid"),
        _ => error.into(),
    }
}
