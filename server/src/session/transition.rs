//! One move of a session: guard → change → what goes with it, in one transaction; then everyone is told.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{
    RESOURCE,
    access::find_for_staff,
    card::outdate_card,
    rules::{self, Move},
    service::Service,
    store,
};
use crate::{
    audit,
    entity::session,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::{Notice, Tx, Work, detach},
};

/// What else a move does in its transaction.
pub type Also = for<'t> fn(&'t Tx, session::Model) -> Work<'t, ()>;

impl Service {
    pub(super) async fn transition(
        &self,
        principal: &Principal,
        id: Uuid,
        wanted: Move,
        cancel_reason: String,
        origin: Origin,
        also: Also,
    ) -> Result<session::Model, Problem> {
        let college_id = principal.college_id;
        find_for_staff(&self.store, principal, id).await?;
        let now: DateTime<Utc> = self.clock.now();
        let mut row = audit::Row::by(principal, &origin, wanted.action(), now).object(RESOURCE, id);
        if !cancel_reason.is_empty() {
            row = row.detail(json!({"reason": cancel_reason}));
        }
        let store = self.store.clone();
        // Everyone is told even if the teacher's connection is lost by then.
        detach(async move {
            let session = store
                .database
                .write(move |tx| {
                    Box::pin(async move {
                        let changed = store::change_state(tx, college_id, id, wanted, &cancel_reason, now).await?;
                        let Some(session) = changed else {
                            let session = store::find_in(tx, college_id, id).await?;
                            return Err(rules::illegal(session.state, wanted));
                        };
                        also(tx, session.clone()).await?;
                        audit::insert(tx, row).await?;
                        Ok(session)
                    })
                })
                .await?;
            outdate_card(&store, college_id, id).await;
            store.bus.announce(Notice::SessionChanged { college_id, session_id: id });
            Ok(session)
        })
        .await
    }
}

/// A move that does nothing else.
pub fn nothing_else(_: &Tx, _: session::Model) -> Work<'_, ()> {
    Box::pin(async { Ok(()) })
}
