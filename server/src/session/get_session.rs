//! GetSession.

use uuid::Uuid;

use super::{RESOURCE, access::is_enrolled, rules, service::Service, store};
use crate::{
    entity::session,
    principal::{Principal, Reach},
    problem::Problem,
};

impl Service {
    /// Students see the sessions of their divisions, teachers their own; what somebody may not see is not there.
    pub(super) async fn get(&self, principal: &Principal, id: Uuid) -> Result<session::Model, Problem> {
        let session = store::find(&self.store.database, principal.college_id, id).await?;
        let visible = match principal.reach() {
            Reach::Student(id) => is_enrolled(&self.store, &session, id).await?,
            Reach::Teacher(_) | Reach::College => rules::teaches(principal, &session),
        };
        if visible { Ok(session) } else { Err(Problem::not_found(RESOURCE)) }
    }
}
