//! One move of a session: lock → guard → decide → change → what goes with it, in one transaction; then everyone is told.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{
    RESOURCE,
    access::find_for_staff,
    card::outdate_card,
    makeup::repay,
    over::{OVER, Over},
    rules::{self, Move},
    service::Service,
    store::{self, Writes},
};
use crate::{
    audit,
    entity::session::{self, EndReason, State},
    jobs,
    notification::{self, Event},
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::{Notice, Store, Tx, Work, detach},
    tally,
};

/// What a move writes beside the state, and what the audit tells of it.
pub struct Decided {
    pub writes: Writes,
    pub detail: Value,
}

impl Service {
    /// Moves a session, if it stands where the move leads out of and `decide` has nothing against it.
    pub(super) async fn transition<D>(
        &self,
        principal: &Principal,
        id: Uuid,
        wanted: Move,
        origin: Origin,
        decide: D,
    ) -> Result<session::Model, Problem>
    where
        D: for<'t> FnOnce(&'t Tx, session::Model) -> Work<'t, Decided> + Send + 'static,
    {
        find_for_staff(&self.store, principal, id).await?;
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, &origin, wanted.action(), now).object(RESOURCE, id);
        let (store, principal) = (self.store.clone(), principal.clone());
        // Everyone is told even if the teacher's connection is lost by then.
        detach(async move {
            let work = store.database.write(move |tx| {
                Box::pin(async move {
                    let session = store::lock(tx, college_id, id).await?;
                    // It may have been given to somebody else since it was found.
                    rules::check_staff(&principal, &session)?;
                    if !wanted.sources().contains(&session.state) {
                        return Err(rules::illegal(session.state, wanted));
                    }
                    let from = session.state;
                    let Decided { writes, detail } = decide(tx, session).await?;
                    let changed = change(tx, college_id, id, writes, Some(principal.id), now).await?;
                    let session = changed.ok_or_else(|| rules::illegal(from, wanted))?;
                    audit::insert(tx, row.detail(detail)).await?;
                    Ok(session)
                })
            });
            let session = work.await?;
            tell(&store, college_id, id).await;
            Ok(session)
        })
        .await
    }
}

/// A move and what goes with it. None where the session does not stand where the move leads out of.
pub async fn change(
    tx: &Tx,
    college_id: Uuid,
    id: Uuid,
    writes: Writes,
    actor_id: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<Option<session::Model>, Problem> {
    let changed = store::change_state(tx, college_id, id, writes, now).await?;
    if let Some(session) = changed.as_ref().filter(|session| session.state == State::Completed) {
        store::mark_absent(tx, session).await?;
        repay(tx, session).await?;
        tally::count(tx, session).await?;
        let over = Over { college_id, session_id: id };
        jobs::insert(tx, OVER, &over, now).await?;
    }
    notification::raise(tx, changed.as_ref().and_then(|session| Event::moved(session, actor_id, now))).await?;
    Ok(changed)
}

/// Ends a session that nobody ended.
pub async fn end_by_server(tx: &Tx, session: &session::Model, now: DateTime<Utc>) -> Result<(), Problem> {
    change(tx, session.college_id, session.id, Writes::End(EndReason::NotEnded), None, now).await.map(|_| ())
}

/// Tells everyone that a session has changed, after the commit.
pub async fn tell(store: &Store, college_id: Uuid, session_id: Uuid) {
    outdate_card(store, college_id, session_id).await;
    store.bus.announce(Notice::SessionChanged { college_id, session_id });
    jobs::announce(&store.bus);
}
