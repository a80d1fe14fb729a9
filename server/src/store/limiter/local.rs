//! What this process has let through. It decides where there is no Redis or none that answers; and where there is one, it
//! knows already of whoever has used up a limit here.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use moka::{Expiry, sync::Cache};

use super::window::{Window, micros};

/// At most a kilobyte each. A flood of new keys beyond that pushes out those that are seldom asked for.
const MAX_KEYS: u64 = 100_000;

pub struct Local {
    begun: Instant,
    windows: Cache<String, Arc<Kept>>,
}

/// A window, for as long as it may matter.
pub struct Kept {
    period: Duration,
    window: Mutex<Window>,
}

impl Local {
    pub fn new() -> Self {
        let windows = Cache::builder().max_capacity(MAX_KEYS).expire_after(Forget).build();
        Self { begun: Instant::now(), windows }
    }

    pub fn window(&self, key: &str, period: Duration) -> Arc<Kept> {
        self.windows.get_with_by_ref(key, || Arc::new(Kept { period, window: Mutex::default() }))
    }

    /// In microseconds.
    pub fn now(&self) -> u64 {
        micros(self.begun.elapsed())
    }
}

impl Kept {
    pub fn lock(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A period after a key was last asked for, nothing that was let through counts any more.
struct Forget;

impl Expiry<String, Arc<Kept>> for Forget {
    fn expire_after_create(&self, _: &String, kept: &Arc<Kept>, _: Instant) -> Option<Duration> {
        Some(kept.period)
    }

    fn expire_after_read(
        &self,
        _: &String,
        kept: &Arc<Kept>,
        _: Instant,
        _: Option<Duration>,
        _: Instant,
    ) -> Option<Duration> {
        Some(kept.period)
    }
}
