//! GetRecord.

use uuid::Uuid;

use super::{RESOURCE, service::Service, store};
use crate::{
    entity::attendance_record::Model,
    principal::{Principal, Role},
    problem::Problem,
    session,
};

impl Service {
    pub(super) async fn get(&self, principal: &Principal, id: Uuid) -> Result<Model, Problem> {
        let database = &self.store.database;
        let record = store::find(database, principal.college_id, id).await?;
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
