//! What a check-in has to know of a session, as a copy that is dropped when the session changes.

use std::sync::Arc;

use uuid::Uuid;

use super::store;
use crate::{
    entity::{location, session},
    geofence,
    problem::Problem,
    store::{CacheKey, Store},
};

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
pub async fn load_card(store: &Store, college_id: Uuid, session_id: Uuid) -> Result<Arc<Card>, Problem> {
    store.cache.get(&CardKey { college_id, session_id }, || read_card(store, college_id, session_id)).await
}

/// The card as it is now.
pub async fn refresh_card(store: &Store, college_id: Uuid, session_id: Uuid) -> Result<Arc<Card>, Problem> {
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
