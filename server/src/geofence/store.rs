//! The queries of this slice.

use sea_orm::{ColumnTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::RESOURCE;
use crate::{entity::location, problem::Problem, store::Database};

pub async fn find(database: &Database, college_id: Uuid, id: Uuid) -> Result<location::Model, Problem> {
    let found = location::in_college(college_id).filter(location::Column::Id.eq(id)).one(database.reader()).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}

pub async fn list_all(database: &Database, college_id: Uuid) -> Result<Vec<location::Model>, Problem> {
    Ok(location::in_college(college_id).all(database.reader()).await?)
}
