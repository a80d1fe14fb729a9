//! What a check-in has to know of a session, as copies that are dropped when session, location or policy change.

use std::sync::Arc;

use uuid::Uuid;

use super::store;
use crate::{
    entity::{location, session},
    geofence, policy,
    problem::{ErrorReason, Problem},
    store::{CacheKey, Store},
};

/// All that a check-in has to know of a session and does not change with each one.
#[derive(Clone, Debug)]
pub struct Card {
    pub session: Arc<session::Model>,
    pub location: Arc<location::Model>,
    /// Where one may check in as well.
    pub other_locations: Vec<Arc<location::Model>>,
    /// What a check-in has to show.
    pub policy: Arc<policy::Applied>,
}

struct One {
    college_id: Uuid,
    id: Uuid,
}

impl CacheKey for One {
    type Value = session::Model;

    const KIND: &'static str = "session";

    fn college_id(&self) -> Uuid {
        self.college_id
    }

    fn name(&self) -> String {
        self.id.to_string()
    }
}

/// The card, perhaps a copy that is some seconds old.
pub async fn load_card(store: &Store, college_id: Uuid, session_id: Uuid) -> Result<Card, Problem> {
    let key = One { college_id, id: session_id };
    let session = store.cache.get(&key, || store::find(&store.database, college_id, session_id)).await?;
    let location = geofence::load(store, college_id, session.location_id).await?;
    let mut other_locations = Vec::new();
    for id in session.also_location_ids.iter() {
        match geofence::load(store, college_id, id).await {
            // The copy of the session may be older than the place's end.
            Err(problem) if problem.reason == ErrorReason::NotFound => {
                return refresh_card(store, college_id, session_id).await;
            }
            location => other_locations.push(location?),
        }
    }
    let policy = policy::load_applied(store, &session).await?;
    Ok(Card { session, location, other_locations, policy })
}

/// The card as it is now.
pub async fn refresh_card(store: &Store, college_id: Uuid, session_id: Uuid) -> Result<Card, Problem> {
    let key = One { college_id, id: session_id };
    let session = store.cache.reload(&key, || store::find(&store.database, college_id, session_id)).await?;
    let location = geofence::refresh(store, college_id, session.location_id).await?;
    let mut other_locations = Vec::new();
    for id in session.also_location_ids.iter() {
        other_locations.push(geofence::refresh(store, college_id, id).await?);
    }
    let policy = policy::refresh_applied(store, &session).await?;
    Ok(Card { session, location, other_locations, policy })
}

/// Drops every copy of a session that has changed.
pub(super) async fn outdate_card(store: &Store, college_id: Uuid, session_id: Uuid) {
    store.cache.outdate(&One { college_id, id: session_id }).await;
}
