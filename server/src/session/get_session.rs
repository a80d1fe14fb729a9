//! GetSession, and how other slices get at one session: its row for staff, and the card that a check-in needs.

use uuid::Uuid;

use super::{RESOURCE, rules, service::Service, store};
use crate::{
    entity::{location, session},
    geofence, organisation,
    principal::{Principal, Role},
    problem::Problem,
    store::{CacheKey, Store},
};

impl Service {
    /// Students see the sessions of their divisions, teachers their own; what somebody may not see is not there.
    pub(super) async fn get(&self, principal: &Principal, id: Uuid) -> Result<session::Model, Problem> {
        let session = store::find(&self.store.database, principal.college_id, id).await?;
        let visible = match principal.role {
            Role::Admin => true,
            Role::Teacher => session.teacher_id == principal.user_id,
            Role::Student => is_enrolled(&self.store, &session, principal.user_id).await?,
        };
        if visible { Ok(session) } else { Err(Problem::not_found(RESOURCE)) }
    }
}

/// Whether a student belongs to a session: is enrolled in its division on the day that it is planned for.
pub async fn is_enrolled(store: &Store, session: &session::Model, student_id: Uuid) -> Result<bool, Problem> {
    let (college_id, division_id) = (session.college_id, session.division_id);
    organisation::is_enrolled(store, college_id, division_id, student_id, &session.time_zone, session.planned_start)
        .await
}

/// A session that a member of staff may act on.
pub async fn find_for_staff(store: &Store, principal: &Principal, id: Uuid) -> Result<session::Model, Problem> {
    let session = store::find(&store.database, principal.college_id, id).await?;
    rules::check_staff(principal, &session)?;
    Ok(session)
}

/// All that a check-in has to know of a session and does not change with each one.
#[derive(Clone, Debug)]
pub struct Card {
    pub session: session::Model,
    pub location: location::Model,
}

struct CardKey {
    college_id: Uuid,
    session_id: Uuid,
}

impl CacheKey for CardKey {
    type Value = Card;

    const KIND: &'static str = "session";

    fn college_id(&self) -> Uuid {
        self.college_id
    }

    fn name(&self) -> String {
        self.session_id.to_string()
    }
}

/// The card, perhaps a copy that is some seconds old.
pub async fn load_card(store: &Store, college_id: Uuid, session_id: Uuid) -> Result<std::sync::Arc<Card>, Problem> {
    store.cache.get(&CardKey { college_id, session_id }, || read_card(store, college_id, session_id)).await
}

/// The card as it is now.
pub async fn refresh_card(store: &Store, college_id: Uuid, session_id: Uuid) -> Result<std::sync::Arc<Card>, Problem> {
    store.cache.reload(&CardKey { college_id, session_id }, || read_card(store, college_id, session_id)).await
}

async fn read_card(store: &Store, college_id: Uuid, session_id: Uuid) -> Result<Card, Problem> {
    let session = store::find(&store.database, college_id, session_id).await?;
    let location = geofence::find(&store.database, college_id, session.location_id).await?;
    Ok(Card { session, location })
}

/// Drops every copy of a card, because its session has changed.
pub(super) async fn outdate_card(store: &Store, college_id: Uuid, session_id: Uuid) {
    store.cache.outdate(&CardKey { college_id, session_id }).await;
}
