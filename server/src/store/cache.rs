//! Copies of rows that are read at every check-in. A copy is dropped when its owner says so, on every replica, and lives 30 s
//! at most; where the other replicas cannot be heard, 1 s. No decision against a caller is made on a copy.

use std::{
    any::Any,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache as Moka;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::bus::{Bus, Notice};
use crate::{clock::Clock, problem::Problem};

/// In the units of `CacheKey::weight`: about 32 MB.
const CAPACITY: u64 = 32_000;
/// How many dropped keys are remembered.
const DROPS: u64 = 100_000;
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
    /// How many copies had been dropped when its reading began.
    read_at: u64,
}

/// Which copies may not be believed: a reading that began before its row was changed may end after the copy was dropped,
/// and would bring back what is no longer so.
#[derive(Default)]
struct Drops {
    count: AtomicU64,
    /// Readings that began before this one are all too old.
    floor: AtomicU64,
}

#[derive(Clone)]
pub struct Cache {
    entries: Moka<String, Entry>,
    drops: Arc<Drops>,
    /// When each key's copy was dropped last, in counts of drops. Kept for longer than a copy lives.
    dropped: moka::sync::Cache<String, u64>,
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
        let dropped = moka::sync::Cache::builder().max_capacity(DROPS).time_to_live(Duration::from_secs(120)).build();
        let cache = Self { entries, drops: Arc::default(), dropped, bus, clock };
        tokio::spawn(cache.clone().follow());
        cache
    }

    /// The copy, or what `load` gives. Callers that miss together load once.
    pub async fn get<K, F>(&self, key: &K, load: impl Fn() -> F + Send + Sync) -> Result<Arc<K::Value>, Problem>
    where
        K: CacheKey,
        F: Future<Output = Result<K::Value, Problem>> + Send,
    {
        let name = full_name(key);
        if let Some(entry) = self.entries.get(&name).await {
            if self.is_fresh(&name, &entry)
                && let Ok(value) = entry.value.downcast::<K::Value>()
            {
                metrics::counter!("rollcall_cache_reads_total", "kind" => K::KIND, "result" => "hit").increment(1);
                return Ok(value);
            }
            self.entries.invalidate(&name).await;
        }
        metrics::counter!("rollcall_cache_reads_total", "kind" => K::KIND, "result" => "miss").increment(1);
        let entry = self.entries.try_get_with(name.clone(), self.read(K::weight, &load));
        let mut entry = entry.await.map_err(|problem| Problem::clone(&problem))?;
        if !self.is_fresh(&name, &entry) {
            // Joined a reading that had begun before a change.
            entry = self.read(K::weight, &load).await?;
            self.entries.insert(name, entry.clone()).await;
        }
        entry.value.downcast().map_err(|_| Problem::internal("a cache key was used for two types"))
    }

    /// What `load` gives now, kept for the next read. A load that is under way elsewhere is not joined: it may have begun
    /// before what the caller wants to see.
    pub async fn reload<K, F>(&self, key: &K, load: impl Fn() -> F + Send + Sync) -> Result<Arc<K::Value>, Problem>
    where
        K: CacheKey,
        F: Future<Output = Result<K::Value, Problem>> + Send,
    {
        let entry = self.read(K::weight, &load).await?;
        self.entries.insert(full_name(key), entry.clone()).await;
        entry.value.downcast().map_err(|_| Problem::internal("a cache key was used for two types"))
    }

    /// Drops the copy here, so that the next read sees the database.
    pub async fn forget<K: CacheKey>(&self, key: &K) {
        self.drop_copy(full_name(key)).await;
    }

    async fn drop_copy(&self, name: String) {
        let count = self.drops.count.fetch_add(1, Ordering::SeqCst) + 1;
        self.dropped.insert(name.clone(), count);
        self.entries.invalidate(&name).await;
    }

    async fn read<T, F>(&self, weight: fn(&T) -> u32, load: &impl Fn() -> F) -> Result<Entry, Problem>
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T, Problem>> + Send,
    {
        let (stored_at, read_at) = (self.clock.now(), self.drops.count.load(Ordering::SeqCst));
        let value = load().await?;
        Ok(Entry { weight: weight(&value), value: Arc::new(value), stored_at, read_at })
    }

    /// Drops the copies on every replica. To be called after the change is committed.
    pub async fn outdate<K: CacheKey>(&self, key: &K) {
        self.forget(key).await;
        self.bus.announce(Notice::Stale { college_id: key.college_id(), key: full_name(key) });
    }

    fn is_fresh(&self, name: &str, entry: &Entry) -> bool {
        let dropped = self.dropped.get(name).unwrap_or(0).max(self.drops.floor.load(Ordering::SeqCst));
        if entry.read_at < dropped {
            return false;
        }
        let life = if self.bus.is_connected() { LIFE } else { LIFE_UNHEARD };
        // A clock that went back makes every copy suspect.
        (TimeDelta::zero()..life).contains(&(self.clock.now() - entry.stored_at))
    }

    async fn follow(self) {
        let mut notices = self.bus.listen();
        loop {
            match notices.recv().await {
                Ok(Notice::Stale { key, .. }) => self.drop_copy(key).await,
                Ok(Notice::Gap) | Err(RecvError::Lagged(_)) => {
                    let count = self.drops.count.fetch_add(1, Ordering::SeqCst) + 1;
                    self.drops.floor.fetch_max(count, Ordering::SeqCst);
                    self.entries.invalidate_all();
                }
                Ok(_) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }
}

fn full_name<K: CacheKey>(key: &K) -> String {
    format!("{}:{}:{}", key.college_id(), K::KIND, key.name())
}

#[cfg(test)]
mod tests {
    use tokio::sync::Notify;

    use super::*;

    struct Key;

    impl CacheKey for Key {
        type Value = u32;

        const KIND: &'static str = "test";

        fn college_id(&self) -> Uuid {
            Uuid::nil()
        }

        fn name(&self) -> String {
            String::new()
        }
    }

    #[tokio::test]
    async fn a_reading_that_a_change_has_overtaken_is_not_believed() {
        let cache = Cache::new(Bus::new(None), Clock::new(None));
        let (begun, go) = (Notify::new(), Notify::new());
        let reading = cache.reload(&Key, || async {
            begun.notify_one();
            go.notified().await;
            Ok(1)
        });
        let change = async {
            begun.notified().await;
            cache.outdate(&Key).await;
            go.notify_one();
        };
        let (before, ()) = tokio::join!(reading, change);
        assert_eq!(before.ok().as_deref(), Some(&1), "who asked before the change may be told what was so");
        let after = cache.get(&Key, || async { Ok(2) }).await;
        assert_eq!(after.ok().as_deref(), Some(&2));
    }
}
