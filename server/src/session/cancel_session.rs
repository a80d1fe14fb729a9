//! CancelSession: SCHEDULED or ACTIVE becomes CANCELLED, and nobody is marked absent.

use uuid::Uuid;

use super::{rules::Move, service::Service, transition::nothing_else};
use crate::{entity::session, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn cancel(
        &self,
        principal: &Principal,
        id: Uuid,
        reason: String,
        origin: Origin,
    ) -> Result<session::Model, Problem> {
        self.transition(principal, id, Move::Cancel, reason, origin, nothing_else).await
    }
}
