//! CancelSession: SCHEDULED or ACTIVE becomes CANCELLED, and nobody is marked absent.

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
    pub(super) async fn cancel_session(
        &self,
        principal: &Principal,
        id: Uuid,
        reason: String,
        origin: Origin,
    ) -> Result<session::Model, Problem> {
        let end_reason = rules::by(principal);
        self.transition(principal, id, Move::Cancel, origin, move |_, _| {
            Box::pin(async move {
                let detail = if reason.is_empty() { json!({}) } else { json!({"reason": reason}) };
                Ok(Decided { writes: Writes::Cancel { words: reason, end_reason }, detail })
            })
        })
        .await
    }
}
