//! GetRecord.

use uuid::Uuid;

use super::{RESOURCE, service::Service, store};
use crate::{
    entity::attendance_record::Model,
    principal::{Principal, Reach},
    problem::Problem,
    session,
};

impl Service {
    pub(super) async fn get_record(&self, principal: &Principal, id: Uuid) -> Result<Model, Problem> {
        let database = &self.store.database;
        let record = store::find(database, principal.college_id, id).await?;
        let visible = match principal.reach() {
            Reach::College => true,
            Reach::Student(id) => record.student_id == id,
            Reach::Teacher(id) => {
                session::find(database, principal.college_id, record.session_id).await?.teacher_id == id
            }
        };
        if visible { Ok(record) } else { Err(Problem::not_found(RESOURCE)) }
    }
}
