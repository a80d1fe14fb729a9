//! GetSession.

use uuid::Uuid;

use super::{RESOURCE, access::is_enrolled, service::Service, store};
use crate::{
    entity::session,
    principal::{Principal, Role},
    problem::Problem,
};

impl Service {
    /// Students see the sessions of their divisions, teachers their own; what somebody may not see is not there.
    pub(super) async fn get(&self, principal: &Principal, id: Uuid) -> Result<session::Model, Problem> {
        let session = store::find(&self.store.database, principal.college_id, id).await?;
        let visible = match principal.role {
            Role::Admin => true,
            Role::Teacher => session.teacher_id == principal.user_id,
            Role::Student => is_enrolled(&self.store, &session, principal.user_id).await?,
        };
        if visible { Ok(session) } else { Err(Problem::not_found(RESOURCE)) }
    }
}
