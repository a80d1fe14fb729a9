//! Copies of locations, for what has to know them at every check-in. They are dropped when a location changes.

use std::sync::Arc;

use uuid::Uuid;

use super::{fences::Fences, store};
use crate::{
    entity::location,
    problem::Problem,
    store::{CacheKey, Store},
};

struct One {
    college_id: Uuid,
    id: Uuid,
}

impl CacheKey for One {
    type Value = location::Model;

    const KIND: &'static str = "location";

    fn college_id(&self) -> Uuid {
        self.college_id
    }

    fn name(&self) -> String {
        self.id.to_string()
    }

    fn weight(location: &Self::Value) -> u32 {
        1 + u32::try_from(location.vertices() / 64).unwrap_or(u32::MAX - 1)
    }
}

struct All {
    college_id: Uuid,
}

impl CacheKey for All {
    type Value = Fences;

    const KIND: &'static str = "locations";

    fn college_id(&self) -> Uuid {
        self.college_id
    }

    fn name(&self) -> String {
        String::new()
    }

    fn weight(fences: &Self::Value) -> u32 {
        let vertices: usize = fences.locations().iter().map(location::Model::vertices).sum();
        1 + u32::try_from(fences.locations().len() / 3 + vertices / 64).unwrap_or(u32::MAX - 1)
    }
}

/// A location, perhaps as it was some seconds ago.
pub async fn load(store: &Store, college_id: Uuid, id: Uuid) -> Result<Arc<location::Model>, Problem> {
    store.cache.get(&One { college_id, id }, || store::find(&store.database, college_id, id)).await
}

/// The location as it is now.
pub async fn refresh(store: &Store, college_id: Uuid, id: Uuid) -> Result<Arc<location::Model>, Problem> {
    store.cache.reload(&One { college_id, id }, || store::find(&store.database, college_id, id)).await
}

/// All locations of a college, perhaps as they were some seconds ago.
pub(super) async fn load_all(store: &Store, college_id: Uuid) -> Result<Arc<Fences>, Problem> {
    let load = || async {
        let locations = store::list_all(&store.database, college_id).await?;
        // A hundred thousand take a while, which is not for the threads that serve everybody else.
        tokio::task::spawn_blocking(|| Fences::of(locations)).await.map_err(Problem::internal)
    };
    store.cache.get(&All { college_id }, load).await
}

/// Drops every copy that the location is in.
pub(super) async fn outdate(store: &Store, college_id: Uuid, id: Uuid) {
    outdate_many(store, college_id, &[id]).await;
}

/// The same for many of them.
pub(super) async fn outdate_many(store: &Store, college_id: Uuid, ids: &[Uuid]) {
    for id in ids {
        store.cache.outdate(&One { college_id, id: *id }).await;
    }
    store.cache.outdate(&All { college_id }).await;
}
