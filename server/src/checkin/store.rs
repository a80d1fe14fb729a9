//! The look-ups of this slice. What is written stands in `writer/`.

use sea_orm::{ColumnTrait as _, QueryFilter as _};
use uuid::Uuid;

use crate::{
    entity::attendance_record::{self, Column, Model},
    principal::Principal,
    problem::Problem,
    store::Database,
};

/// The caller's record that was made under a client's id.
pub async fn find_by_check_in(
    database: &Database,
    principal: &Principal,
    check_in_id: Uuid,
) -> Result<Option<Model>, Problem> {
    Ok(own(principal).filter(Column::CheckInId.eq(check_in_id)).one(database.reader()).await?)
}

/// The caller's record in a session.
pub async fn find_by_session(
    database: &Database,
    principal: &Principal,
    session_id: Uuid,
) -> Result<Option<Model>, Problem> {
    Ok(own(principal).filter(Column::SessionId.eq(session_id)).one(database.reader()).await?)
}

fn own(principal: &Principal) -> attendance_record::Find {
    attendance_record::in_college(principal.college_id).filter(Column::StudentId.eq(principal.id))
}
