//! The queries of this slice, but for the list's own.

use sea_orm::{ColumnTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::RESOURCE;
use crate::{
    entity::attendance_record::{self, Column, Model},
    problem::Problem,
    store::Database,
};

pub async fn find(database: &Database, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let found = attendance_record::in_college(college_id).filter(Column::Id.eq(id)).one(database.reader()).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}
