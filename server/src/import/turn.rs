//! Whose turn it is to import: a process reads and writes one file at a time, whatever it holds, and few wait, because each
//! waits with its file in memory.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{ErrorReason, Problem};

/// How many may wait.
const WAITING: usize = 4;

/// The turns of a process; all its imports take theirs here.
#[derive(Clone)]
pub struct Turns {
    running: Arc<Semaphore>,
    /// Of the one whose turn it is and of those who wait.
    places: Arc<Semaphore>,
}

/// A turn. It ends when nobody holds it any more: whoever works on when the caller has gone away keeps a copy.
#[derive(Clone)]
pub struct Turn {
    _held: Arc<[OwnedSemaphorePermit; 2]>,
}

impl Turns {
    /// Waits for a turn; `OVERLOADED` where too many wait already.
    pub async fn take(&self) -> Result<Turn, Problem> {
        let overloaded = |_| {
            Problem::new(ErrorReason::Overloaded, "Too many imports wait for their turn. Try again in a moment.")
                .retry_after(Duration::from_secs(5))
        };
        let place = self.places.clone().try_acquire_owned().map_err(overloaded)?;
        let running = self.running.clone().acquire_owned().await.map_err(Problem::internal)?;
        Ok(Turn { _held: Arc::new([running, place]) })
    }
}

impl Default for Turns {
    fn default() -> Self {
        Self { running: Arc::new(Semaphore::new(1)), places: Arc::new(Semaphore::new(1 + WAITING)) }
    }
}

impl Turn {
    /// Reads a file off the threads that serve everybody else: a long one takes a moment. The turn lasts until it is read,
    /// also where the caller has gone away, or the files of the impatient would be read all at once.
    pub async fn read<T: Send + 'static>(&self, read: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let turn = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            read()
        });
        task.await.map_err(Problem::internal)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_util::{FutureExt as _, poll};

    use super::*;

    #[tokio::test]
    async fn one_has_its_turn_and_few_wait() {
        let turns = Turns::default();
        let first = turns.take().await.expect("nobody else is there");
        let mut waiting: Vec<_> = (0..WAITING).map(|_| Box::pin(turns.take())).collect();
        for place in &mut waiting {
            assert!(poll!(place).is_pending());
        }
        let refused = turns.take().await.err().expect("there is no place");
        assert_eq!(refused.reason, ErrorReason::Overloaded);
        assert!(refused.retry_after.is_some());
        drop(first);
        for place in waiting {
            place.await.expect("its turn has come");
        }
        turns.take().await.expect("all have gone");
    }

    #[tokio::test]
    async fn a_turn_lasts_until_the_file_is_read() {
        let turns = Turns::default();
        let (begun, has_begun) = mpsc::channel();
        let (end, may_end) = mpsc::channel::<()>();
        let turn = turns.take().await.expect("a turn");
        let mut reading = Box::pin(turn.read(move || {
            begun.send(()).expect("somebody waits");
            may_end.recv().expect("it is told to end");
        }));
        assert!(poll!(&mut reading).is_pending());
        has_begun.recv().expect("it is read");
        drop(reading);
        drop(turn);
        let mut next = Box::pin(turns.take());
        assert!(next.as_mut().now_or_never().is_none(), "the file is still read");
        end.send(()).expect("it is still there");
        next.await.expect("its turn has come");
    }
}
