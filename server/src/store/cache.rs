//! Copies of rows that are read at every check-in. A copy is dropped when its owner says so, on every replica, and lives 30 s
//! at most; where the other replicas cannot be heard, 1 s. No decision against a caller is made on a copy.

use std::{any::Any, future::Future, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache as Moka;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::bus::{Bus, Notice};
use crate::{clock::Clock, problem::Problem};

/// In the units of `CacheKey::weight`: about 32 MB.
const CAPACITY: u64 = 32_000;
const LIFE: TimeDelta = TimeDelta::seconds(30);
const LIFE_UNHEARD: TimeDelta = TimeDelta::seconds(1);

/// A key that knows what lies under it.
pub trait CacheKey: Send + Sync {
    type Value: Send + Sync + 'static;

    /// The kind of key, for metrics.
    const KIND: &'static str;

    fn college_id(&self) -> Uuid;

    /// Unique among the keys of its kind in its college.
    fn name(&self) -> String;

    /// How much room a value takes, in units of about a kilobyte.
    fn weight(_: &Self::Value) -> u32 {
        1
    }
}

#[derive(Clone)]
struct Entry {
    value: Arc<dyn Any + Send + Sync>,
    weight: u32,
    stored_at: DateTime<Utc>,
}

#[derive(Clone)]
pub struct Cache {
    entries: Moka<String, Entry>,
    bus: Bus,
    clock: Clock,
}

impl Cache {
    pub fn new(bus: Bus, clock: Clock) -> Self {
        let entries = Moka::builder()
            .max_capacity(CAPACITY)
            .weigher(|_, entry: &Entry| entry.weight)
            .time_to_live(Duration::from_secs(60))
            .build();
        let cache = Self { entries, bus, clock };
        tokio::spawn(cache.clone().follow());
        cache
    }

    /// The copy, or what `load` gives. Callers that miss together load once.
    pub async fn get<K, F>(&self, key: &K, load: impl FnOnce() -> F + Send) -> Result<Arc<K::Value>, Problem>
    where
        K: CacheKey,
        F: Future<Output = Result<K::Value, Problem>> + Send,
    {
        let name = full_name(key);
        if let Some(entry) = self.entries.get(&name).await {
            if self.is_fresh(&entry)
                && let Ok(value) = entry.value.downcast::<K::Value>()
            {
                metrics::counter!("rollcall_cache_reads_total", "kind" => K::KIND, "result" => "hit").increment(1);
                return Ok(value);
            }
            self.entries.invalidate(&name).await;
        }
        metrics::counter!("rollcall_cache_reads_total", "kind" => K::KIND, "result" => "miss").increment(1);
        let stored_at = self.clock.now();
        let entry = self
            .entries
            .try_get_with(name, async {
                let value = load().await?;
                Ok::<_, Problem>(Entry { weight: K::weight(&value), value: Arc::new(value), stored_at })
            })
            .await
            .map_err(|problem| Problem::clone(&problem))?;
        entry.value.downcast().map_err(|_| Problem::internal("a cache key was used for two types"))
    }

    /// What `load` gives now, kept for the next read. A load that is under way elsewhere is not joined: it may have begun
    /// before what the caller wants to see.
    pub async fn reload<K, F>(&self, key: &K, load: impl FnOnce() -> F + Send) -> Result<Arc<K::Value>, Problem>
    where
        K: CacheKey,
        F: Future<Output = Result<K::Value, Problem>> + Send,
    {
        let stored_at = self.clock.now();
        let value = Arc::new(load().await?);
        self.entries.insert(full_name(key), Entry { weight: K::weight(&value), value: value.clone(), stored_at }).await;
        Ok(value)
    }

    /// Drops the copy here, so that the next read sees the database.
    pub async fn forget<K: CacheKey>(&self, key: &K) {
        self.entries.invalidate(&full_name(key)).await;
    }

    /// Drops the copies on every replica. To be called after the change is committed.
    pub async fn outdate<K: CacheKey>(&self, key: &K) {
        self.forget(key).await;
        self.bus.announce(Notice::Stale { college_id: key.college_id(), key: full_name(key) });
    }

    fn is_fresh(&self, entry: &Entry) -> bool {
        let life = if self.bus.is_connected() { LIFE } else { LIFE_UNHEARD };
        // A clock that went back makes every copy suspect.
        (TimeDelta::zero()..life).contains(&(self.clock.now() - entry.stored_at))
    }

    async fn follow(self) {
        let mut notices = self.bus.listen();
        loop {
            match notices.recv().await {
                Ok(Notice::Stale { key, .. }) => self.entries.invalidate(&key).await,
                Ok(Notice::Gap) | Err(RecvError::Lagged(_)) => self.entries.invalidate_all(),
                Ok(_) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }
}

fn full_name<K: CacheKey>(key: &K) -> String {
    format!("{}:{}:{}", key.college_id(), K::KIND, key.name())
}
