//! StartSession: SCHEDULED becomes ACTIVE.

use uuid::Uuid;

use super::{rules::Move, service::Service, transition::nothing_else};
use crate::{entity::session, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn start(
        &self,
        principal: &Principal,
        id: Uuid,
        origin: Origin,
    ) -> Result<session::Model, Problem> {
        self.transition(principal, id, Move::Start, String::new(), origin, nothing_else).await
    }
}
