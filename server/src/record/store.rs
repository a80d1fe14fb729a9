//! The queries of this slice, but for the list's own.

use sea_orm::{ColumnTrait as _, ConnectionTrait, QueryFilter as _};
use uuid::Uuid;

use super::RESOURCE;
use crate::{
    entity::attendance_record::{self, Column, Model},
    problem::Problem,
    store::Database,
};

pub async fn find(database: &Database, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    find_in(database.reader(), college_id, id).await
}

pub async fn find_in(connection: &impl ConnectionTrait, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let found = attendance_record::in_college(college_id).filter(Column::Id.eq(id)).one(connection).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}

/// The record of a student in a session, if there is one.
pub async fn find_of(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    session_id: Uuid,
    student_id: Uuid,
) -> Result<Option<Model>, Problem> {
    let of_session = attendance_record::in_college(college_id).filter(Column::SessionId.eq(session_id));
    Ok(of_session.filter(Column::StudentId.eq(student_id)).one(connection).await?)
}
