//! Copies of what is known of a room, ready to be compared. They are dropped when it learns.

use std::sync::Arc;

use uuid::Uuid;

use super::{likeness::Fingerprint, store};
use crate::{
    problem::Problem,
    store::{CacheKey, Database, Store},
};

struct Of {
    college_id: Uuid,
    location_id: Uuid,
}

impl CacheKey for Of {
    type Value = Vec<Fingerprint>;

    const KIND: &'static str = "fingerprints";

    fn college_id(&self) -> Uuid {
        self.college_id
    }

    fn name(&self) -> String {
        self.location_id.to_string()
    }

    fn weight(references: &Self::Value) -> u32 {
        let signals: usize = references.iter().map(Fingerprint::len).sum();
        1 + u32::try_from(signals / 64).unwrap_or(u32::MAX - 1)
    }
}

/// The references of a room, perhaps as they were some seconds ago.
pub async fn load(store: &Store, college_id: Uuid, location_id: Uuid) -> Result<Arc<Vec<Fingerprint>>, Problem> {
    let of = Of { college_id, location_id };
    store.cache.get(&of, || list(&store.database, college_id, location_id)).await
}

/// The references of a room as they are now.
pub async fn refresh(store: &Store, college_id: Uuid, location_id: Uuid) -> Result<Arc<Vec<Fingerprint>>, Problem> {
    let of = Of { college_id, location_id };
    store.cache.reload(&of, || list(&store.database, college_id, location_id)).await
}

/// Drops the copies of a room that has learnt.
pub(super) async fn outdate(store: &Store, college_id: Uuid, location_id: Uuid) {
    store.cache.outdate(&Of { college_id, location_id }).await;
}

async fn list(database: &Database, college_id: Uuid, location_id: Uuid) -> Result<Vec<Fingerprint>, Problem> {
    let references = store::list_references(database.reader(), college_id, location_id).await?;
    Ok(references.iter().map(|reference| Fingerprint::from(&reference.signals)).collect())
}
