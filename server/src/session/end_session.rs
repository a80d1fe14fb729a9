//! EndSession: ACTIVE becomes COMPLETED, and whoever was enrolled and has no record is marked absent.
//!
//! The change of state locks the session's row before anyone is marked. A check-in takes the same lock before it writes: it
//! is either committed by then and its record is left alone, or it finds the session over.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{rules::Move, service::Service, store};
use crate::{entity::session, origin::Origin, principal::Principal, problem::Problem, store::Tx};

/// Ends a session that nobody ended.
pub async fn end_by_server(tx: &Tx, session: &session::Model, now: DateTime<Utc>) -> Result<(), Problem> {
    match store::change_state(tx, session.college_id, session.id, Move::End, "", now).await? {
        Some(ended) => store::mark_absent(tx, &ended).await,
        None => Ok(()),
    }
}

impl Service {
    pub(super) async fn end(&self, principal: &Principal, id: Uuid, origin: Origin) -> Result<session::Model, Problem> {
        self.transition(principal, id, Move::End, String::new(), origin, |tx, session| {
            Box::pin(async move { store::mark_absent(tx, &session).await })
        })
        .await
    }
}
