//! GetSessionPolicy: for whoever sees the session.

use rollcall_proto::v1::SessionPolicy;
use uuid::Uuid;

use super::{applied::load_applied, convert::applied_to_proto, service::Service};
use crate::{principal::Principal, problem::Problem, session};

impl Service {
    pub(super) async fn get_session_policy(&self, principal: &Principal, id: Uuid) -> Result<SessionPolicy, Problem> {
        let session = session::find_visible(&self.store, principal, id).await?;
        let applied = load_applied(&self.store, &session).await?;
        Ok(applied_to_proto(session.id, &applied))
    }
}
