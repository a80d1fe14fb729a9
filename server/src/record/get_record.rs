//! GetRecord.

use sea_orm::{ColumnTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::service::Service;
use crate::{
    entity::attendance_record::{self, Column, Model},
    principal::{Principal, Role},
    problem::Problem,
    session,
};

const RESOURCE: &str = "record";

impl Service {
    pub(super) async fn get(&self, principal: &Principal, id: Uuid) -> Result<Model, Problem> {
        let database = &self.store.database;
        let found =
            attendance_record::in_college(principal.college_id).filter(Column::Id.eq(id)).one(database.reader());
        let record = found.await?.ok_or_else(|| Problem::not_found(RESOURCE))?;
        let visible = match principal.role {
            Role::Admin => true,
            Role::Student => record.student_id == principal.user_id,
            Role::Teacher => {
                let session = session::find(database, principal.college_id, record.session_id).await?;
                session.teacher_id == principal.user_id
            }
        };
        if visible { Ok(record) } else { Err(Problem::not_found(RESOURCE)) }
    }
}
