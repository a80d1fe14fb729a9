//! The session whose code is to be shown: what every RPC that shows one asks first.

use uuid::Uuid;

use super::{refusal::not_active, service::Service};
use crate::{
    entity::{
        policy_version::CodeMode,
        session::{Model, State},
    },
    geofence, policy,
    principal::Principal,
    problem::{ErrorReason, Problem},
    session,
};

impl Service {
    /// The session whose code a member of staff wants to show at a location.
    pub(super) async fn session_at(
        &self,
        principal: &Principal,
        location_id: Uuid,
        session_id: Option<Uuid>,
    ) -> Result<Model, Problem> {
        let (database, college_id) = (&self.store.database, principal.college_id);
        geofence::find(database, college_id, location_id).await?;
        if let Some(id) = session_id {
            let session = session::find_for_staff(&self.store, principal, id).await?;
            if session.location_id != location_id {
                return Err(Problem::not_found(session::RESOURCE));
            }
            return match session.state {
                State::Active => Ok(session),
                state => Err(not_active(session::state_name(state))),
            };
        }
        choose(principal, session::list_active_at(database, college_id, location_id).await?)
    }

    /// How its codes rotate, perhaps as it was some seconds ago.
    pub(super) async fn code_mode(&self, session: &Model) -> Result<CodeMode, Problem> {
        Ok(policy::load_applied(&self.store, session).await?.rules.code_mode)
    }
}

/// The one session that a caller can mean who names none.
fn choose(principal: &Principal, active: Vec<Model>) -> Result<Model, Problem> {
    if active.is_empty() {
        return Err(Problem::new(ErrorReason::SessionNotActive, "No session is active at this location."));
    }
    let own: Vec<Model> = active.into_iter().filter(|session| session::teaches(principal, session)).collect();
    match own.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Problem::new(ErrorReason::NotYourSession, "The session here is taught by somebody else.")),
        several => Err(session::ambiguous(several)),
    }
}
