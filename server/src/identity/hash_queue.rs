//! Hashing takes turns: so many at a time, in memory that is kept for it, and no more waiting than can be served in time.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use argon2::Block;
use tokio::sync::Semaphore;

use crate::problem::{ErrorReason, Problem};

/// Cheap to clone.
#[derive(Clone)]
pub struct Queue {
    pub(super) running: Arc<Semaphore>,
    pub(super) waiting: Arc<Semaphore>,
    /// What hashing works in. Kept, because an allocator that is given 19 MiB back by one thread after another keeps a
    /// piece for each of them.
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
}

impl Queue {
    pub fn new(at_once: usize, waiting: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(at_once)),
            waiting: Arc::new(Semaphore::new(at_once + waiting)),
            memory: Arc::default(),
        }
    }

    /// Runs off the async threads, when its turn has come, in memory that is kept for it.
    pub async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let overloaded = || {
            Problem::new(ErrorReason::Overloaded, "Too many people are signing in. Try again in a moment.")
                .retry_after(Duration::from_secs(2))
        };
        let _place = self.waiting.try_acquire().map_err(|_| overloaded())?;
        let permit = self.running.clone().acquire_owned().await.map_err(|_| overloaded())?;
        let shared = self.memory.clone();
        // The permit goes along: a caller who gives up must not make room for one hash more.
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let taken = shared.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut memory = taken.unwrap_or_default();
            let result = work(&mut memory);
            shared.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
            result
        });
        task.await.map_err(Problem::internal)
    }
}
