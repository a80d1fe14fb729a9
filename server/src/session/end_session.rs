//! EndSession: ACTIVE becomes COMPLETED, and whoever was enrolled and has no record is marked absent.
//!
//! The session's row is locked before anyone is marked. A check-in takes the same lock before it writes: it is either committed
//! by then and its record is left alone, or it finds the session over.

use serde_json::json;
use uuid::Uuid;

use super::{
    rules::{self, Move},
    service::Service,
    store::Writes,
    transition::Decided,
};
use crate::{entity::session, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn end_session(
        &self,
        principal: &Principal,
        id: Uuid,
        origin: Origin,
    ) -> Result<session::Model, Problem> {
        let end_reason = rules::by(principal);
        self.transition(principal, id, Move::End, origin, move |_, _| {
            Box::pin(async move { Ok(Decided { writes: Writes::End(end_reason), detail: json!({}) }) })
        })
        .await
    }
}
