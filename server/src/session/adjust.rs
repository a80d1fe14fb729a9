//! A change of a plan by hand: lock the college, because others may want the same teacher or room, and then the session → decide
//! → write, so that the timetable leaves it alone from then on; then everyone is told.

use serde_json::Value;
use uuid::Uuid;

use super::{RESOURCE, access::find_for_staff, rules, service::Service, store, transition::tell};
use crate::{
    audit,
    entity::session::{Model, State},
    notification::{self, Event},
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::{Tx, Work, detach},
};

/// What is changed, and where a session may stand for it.
pub struct Adjustment {
    pub id: Uuid,
    pub states: &'static [State],
    /// As it stands in the audit.
    pub action: &'static str,
}

impl Service {
    /// `decide` gives the session as it is to be and what the audit tells, or nothing where it is so already.
    pub(super) async fn adjust<D>(
        &self,
        principal: &Principal,
        Adjustment { id, states, action }: Adjustment,
        origin: Origin,
        decide: D,
    ) -> Result<Model, Problem>
    where
        D: for<'t> FnOnce(&'t Tx, Model) -> Work<'t, Option<(Model, Value)>> + Send + 'static,
    {
        find_for_staff(&self.store, principal, id).await?;
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, &origin, action, now).object(RESOURCE, id);
        let (store, principal) = (self.store.clone(), principal.clone());
        detach(async move {
            let work = store.database.write(move |tx| {
                Box::pin(async move {
                    organisation::lock_college(tx, college_id).await?;
                    let session = store::lock(tx, college_id, id).await?;
                    rules::check_staff(&principal, &session)?;
                    if !states.contains(&session.state) {
                        return Err(rules::not_changeable(session.state, states));
                    }
                    let Some((wanted, detail)) = decide(tx, session.clone()).await? else {
                        return Ok((session, false));
                    };
                    let changed = store::replan(tx, &Model { is_adjusted: true, ..wanted }, states, now).await?;
                    let before = session;
                    let session = changed.ok_or_else(|| rules::not_changeable(before.state, states))?;
                    let reason = detail["reason"].as_str().unwrap_or_default();
                    notification::raise(tx, Event::changed(&before, &session, Some(principal.id), reason, now)).await?;
                    audit::insert(tx, row.detail(detail)).await?;
                    Ok((session, true))
                })
            });
            let (session, is_changed) = work.await?;
            if is_changed {
                tell(&store, college_id, id).await;
            }
            Ok(session)
        })
        .await
    }
}
