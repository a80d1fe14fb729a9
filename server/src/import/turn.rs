//! Whose turn it is to import: a process reads and writes few files at a time, whatever they hold, and of a college one. Few
//! wait, because each waits with its file in memory.
//!
//! A college queues for itself, and only the first of its queue stands in the one of the process. However many files a college
//! sends, and however long they take, everybody else's wait for one of it at most.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::problem::{ErrorReason, Problem};

/// How many files are read and written at a time, each of another college.
const RUNNING: usize = 2;
/// How many of a college may wait for the one of it whose turn it is.
const WAITING: usize = 4;
/// How many there may be in all, with files of 8 MiB at most.
const PLACES: usize = 20;

/// The turns of a process; all its imports take theirs here.
#[derive(Clone)]
pub struct Turns {
    running: Arc<Semaphore>,
    /// Of those whose turn it is and of those who wait.
    places: Arc<Semaphore>,
    /// Of the colleges that have somebody here.
    colleges: Arc<Mutex<HashMap<Uuid, Queue>>>,
}

/// Those of one college.
#[derive(Clone)]
struct Queue {
    running: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// A turn. It ends when nobody holds it any more: whoever works on when the caller has gone away keeps a copy.
#[derive(Clone)]
pub struct Turn {
    _held: Arc<[OwnedSemaphorePermit; 4]>,
}

impl Turns {
    /// Waits for a turn; `OVERLOADED` where too many wait already, of the college or in all.
    pub async fn take(&self, college_id: Uuid) -> Result<Turn, Problem> {
        let (own, own_place) = self.queue(college_id)?;
        let place = self.places.clone().try_acquire_owned().map_err(overloaded)?;
        // The college's own turn first: whoever waits in the queue of the process is the only one of a college there.
        let own_turn = own.acquire_owned().await.map_err(Problem::internal)?;
        let turn = self.running.clone().acquire_owned().await.map_err(Problem::internal)?;
        Ok(Turn { _held: Arc::new([turn, own_turn, place, own_place]) })
    }

    /// The turns of a college, and a place among those who wait for one.
    fn queue(&self, college_id: Uuid) -> Result<(Arc<Semaphore>, OwnedSemaphorePermit), Problem> {
        let mut colleges = self.colleges.lock().unwrap_or_else(PoisonError::into_inner);
        colleges.retain(|_, queue| queue.places.available_permits() <= WAITING);
        let queue = colleges.entry(college_id).or_default().clone();
        let place = queue.places.try_acquire_owned().map_err(overloaded)?;
        Ok((queue.running, place))
    }
}

fn overloaded(_: tokio::sync::TryAcquireError) -> Problem {
    Problem::new(ErrorReason::Overloaded, "Too many imports wait for their turn. Try again in a moment.")
        .retry_after(Duration::from_secs(5))
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            running: Arc::new(Semaphore::new(RUNNING)),
            places: Arc::new(Semaphore::new(PLACES)),
            colleges: Arc::default(),
        }
    }
}

impl Default for Queue {
    fn default() -> Self {
        Self { running: Arc::new(Semaphore::new(1)), places: Arc::new(Semaphore::new(1 + WAITING)) }
    }
}

impl Turn {
    /// Reads a file, or works out what it would change, off the threads that serve everybody else: a long one takes a moment.
    /// The turn lasts until that is done, also where the caller has gone away, or the files of the impatient would be read all
    /// at once.
    pub async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let turn = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        task.await.map_err(Problem::internal)
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, task::Poll};

    use futures_util::{FutureExt as _, poll};

    use super::*;

    const fn college(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[tokio::test]
    async fn one_of_a_college_has_its_turn_and_few_wait() {
        let turns = Turns::default();
        let first = turns.take(college(1)).await.expect("nobody else is there");
        let mut waiting: Vec<_> = (0..WAITING).map(|_| Box::pin(turns.take(college(1)))).collect();
        for place in &mut waiting {
            assert!(poll!(place).is_pending(), "although the process has a turn for somebody else");
        }
        let refused = turns.take(college(1)).await.err().expect("there is no place");
        assert_eq!(refused.reason, ErrorReason::Overloaded);
        assert!(refused.retry_after.is_some());
        drop(first);
        for place in waiting {
            place.await.expect("its turn has come");
        }
        turns.take(college(1)).await.expect("all have gone");
    }

    #[tokio::test]
    async fn who_sends_many_holds_up_nobody_else() {
        let turns = Turns::default();
        let first = turns.take(college(1)).await.expect("nobody else is there");
        let mut waiting: Vec<_> = (0..WAITING).map(|_| Box::pin(turns.take(college(1)))).collect();
        for place in &mut waiting {
            assert!(poll!(place).is_pending());
        }
        // All of one college, and yet the next one's turn comes at once.
        let second = turns.take(college(2)).now_or_never().expect("it need not wait").expect("a place");
        // Both turns are taken. The others follow in the order in which they came, one of each college.
        let mut third = Box::pin(turns.take(college(3)));
        assert!(poll!(&mut third).is_pending());
        drop(first);
        assert!(poll!(&mut waiting[0]).is_pending(), "the third college was here first");
        let third = third.now_or_never().expect("its turn has come").expect("a place");
        drop(third);
        waiting.remove(0).now_or_never().expect("its turn has come").expect("a place");
        drop(second);
    }

    #[tokio::test]
    async fn there_are_so_many_places_in_all() {
        let turns = Turns::default();
        let colleges = (0..PLACES).map(|number| college(number as u128 / (1 + WAITING as u128)));
        let mut all: Vec<_> = colleges.map(|college| Box::pin(turns.take(college).map(Result::ok))).collect();
        let mut held = Vec::new();
        for place in &mut all {
            held.extend(match poll!(place) {
                Poll::Ready(turn) => Some(turn.expect("there is a place")),
                Poll::Pending => None,
            });
        }
        assert_eq!(held.len(), RUNNING);
        let refused = turns.take(college(99)).await.err().expect("there is no place");
        assert_eq!(refused.reason, ErrorReason::Overloaded);
        drop((all, held));
        turns.take(college(99)).await.expect("all have gone");
        assert_eq!(turns.colleges.lock().expect("nobody has it").len(), 1, "those that have gone are forgotten");
    }

    #[tokio::test]
    async fn a_turn_lasts_until_the_file_is_read() {
        let turns = Turns::default();
        let (begun, has_begun) = mpsc::channel();
        let (end, may_end) = mpsc::channel::<()>();
        let turn = turns.take(college(1)).await.expect("a turn");
        let mut reading = Box::pin(turn.work(move || {
            begun.send(()).expect("somebody waits");
            may_end.recv().expect("it is told to end");
        }));
        assert!(poll!(&mut reading).is_pending());
        has_begun.recv().expect("it is read");
        drop(reading);
        drop(turn);
        let mut next = Box::pin(turns.take(college(1)));
        assert!(next.as_mut().now_or_never().is_none(), "the file is still read");
        end.send(()).expect("it is still there");
        next.await.expect("its turn has come");
    }
}
