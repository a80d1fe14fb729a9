//! GetExcuse.

use uuid::Uuid;

use super::{RESOURCE, service::Service, store};
use crate::{
    entity::excuse::Model,
    principal::{Principal, Reach},
    problem::Problem,
    session,
};

impl Service {
    pub(super) async fn get_excuse(&self, principal: &Principal, id: Uuid) -> Result<Model, Problem> {
        let database = &self.store.database;
        let excuse = store::find_in(database.reader(), principal.college_id, id).await?;
        self.check_visible(principal, &excuse).await?;
        Ok(excuse)
    }

    /// Whom an excuse concerns. To everybody else there is none.
    pub(super) async fn check_visible(&self, principal: &Principal, excuse: &Model) -> Result<(), Problem> {
        let visible = match principal.reach() {
            Reach::College => true,
            Reach::Student(id) => excuse.student_id == id,
            Reach::Teacher(_) => {
                let session = session::find(&self.store.database, excuse.college_id, excuse.session_id).await?;
                session::teaches(principal, &session)
            }
        };
        if visible { Ok(()) } else { Err(Problem::not_found(RESOURCE)) }
    }
}
