//! Copies of what stands at a location, for check-ins with a scan. They are dropped when something of it changes.

use std::sync::Arc;

use sea_orm::{ColumnTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::bssid::Address;
use crate::{
    entity::access_point::{self, Kind, Model},
    problem::Problem,
    store::{CacheKey, Database, Store},
};

/// An access point of a location, as a scan is held against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    pub address: Address,
    pub kind: Kind,
    /// The weakest signal that shows nearness.
    pub min_rssi_dbm: i16,
}

struct At {
    college_id: Uuid,
    location_id: Uuid,
}

impl CacheKey for At {
    type Value = Vec<Listed>;

    const KIND: &'static str = "access_points";

    fn college_id(&self) -> Uuid {
        self.college_id
    }

    fn name(&self) -> String {
        self.location_id.to_string()
    }

    fn weight(listed: &Self::Value) -> u32 {
        1 + u32::try_from(listed.len() / 64).unwrap_or(u32::MAX - 1)
    }
}

/// What stands at a location, perhaps as it was some seconds ago.
pub async fn load(store: &Store, college_id: Uuid, location_id: Uuid) -> Result<Arc<Vec<Listed>>, Problem> {
    let at = At { college_id, location_id };
    store.cache.get(&at, || list(&store.database, college_id, location_id)).await
}

/// What stands there now.
pub async fn refresh(store: &Store, college_id: Uuid, location_id: Uuid) -> Result<Arc<Vec<Listed>>, Problem> {
    let at = At { college_id, location_id };
    store.cache.reload(&at, || list(&store.database, college_id, location_id)).await
}

/// Drops the copies of what stands at a location.
pub async fn outdate(store: &Store, college_id: Uuid, location_id: Uuid) {
    store.cache.outdate(&At { college_id, location_id }).await;
}

async fn list(database: &Database, college_id: Uuid, location_id: Uuid) -> Result<Vec<Listed>, Problem> {
    let rows = access_point::in_college(college_id)
        .filter(access_point::Column::LocationId.eq(location_id))
        .all(database.reader())
        .await?;
    Ok(rows.iter().filter_map(listed).collect())
}

/// None for what is no address, which nothing has written.
fn listed(row: &Model) -> Option<Listed> {
    let min_rssi_dbm = i16::try_from(row.min_rssi_dbm).ok()?;
    Some(Listed { address: Address::parse(&row.bssid)?, kind: row.kind, min_rssi_dbm })
}
