//! Where things are kept. The database holds the truth; the cache holds copies that may be lost at any moment; the bus tells
//! replicas that something has changed. Nothing in here decides anything about attendance.

pub mod batch;
mod bus;
mod cache;
pub mod constraint;
mod database;
mod documents;
mod keyset;
mod limiter;
mod redis;
mod rows;

use std::sync::Arc;

pub use bus::{Bus, Notice};
pub use cache::{Cache, CacheKey};
pub use database::{Database, LONGEST_WRITE, Tx, Work, detach};
pub use documents::Documents;
pub use keyset::{after, before};
#[cfg(test)]
pub use limiter::Outcome;
pub use limiter::{Count, Limit, Limiter, address_key};
pub use rows::{ROWS_PER_STATEMENT, put_rows};

use crate::{clock::Clock, settings};

/// The parts that slices share.
#[derive(Clone)]
pub struct Store {
    pub database: Database,
    pub cache: Cache,
    pub bus: Bus,
    pub limiter: Arc<Limiter>,
}

impl Store {
    pub async fn open(settings: &settings::Settings, clock: &Clock) -> anyhow::Result<Self> {
        let database = Database::open(&settings.database).await?;
        let redis = match &settings.redis {
            Some(url) => Some(redis::Redis::connect(url)?),
            None => None,
        };
        let bus = Bus::new(redis.clone());
        let cache = Cache::new(bus.clone(), clock.clone());
        let limiter = Arc::new(Limiter::new(redis));
        Ok(Self { database, cache, bus, limiter })
    }
}
