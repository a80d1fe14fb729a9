//! Natural batching: an item that finds its lane idle leaves at once; those that arrive while a batch is being committed
//! leave together with the next one. There is no timer. Every item is answered after its commit, never before.

use std::{future::Future, sync::Arc};

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use crate::problem::{ErrorReason, Problem};

/// How many items may wait in a lane. More than that is more than the database will do in time.
const WAITING: usize = 4096;

/// Commits a batch and gives each item its own answer, in the order of the items. An error is about the batch as a whole.
type Commit<I, O> = dyn Fn(Vec<I>) -> BoxFuture<'static, Result<Vec<O>, Problem>> + Send + Sync;

struct Waiting<I, O> {
    item: I,
    answer: oneshot::Sender<Result<O, Problem>>,
}

/// Lanes that commit side by side. Items with the same key share a lane, so that they never wait for each other's locks.
pub struct Batcher<I, O> {
    lanes: Vec<mpsc::Sender<Waiting<I, O>>>,
}

impl<I, O> Batcher<I, O>
where
    I: Clone + Send + 'static,
    O: Send + 'static,
{
    pub fn new<F, C>(name: &'static str, lanes: usize, max_items: usize, commit: C) -> Self
    where
        C: Fn(Vec<I>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Vec<O>, Problem>> + Send + 'static,
    {
        let commit: Arc<Commit<I, O>> = Arc::new(move |items| Box::pin(commit(items)));
        let lanes = (0..lanes)
            .map(|_| {
                let (sender, receiver) = mpsc::channel(WAITING);
                tokio::spawn(run(name, max_items, receiver, commit.clone()));
                sender
            })
            .collect();
        Self { lanes }
    }

    /// Hands an item in and waits for its answer. A caller that goes away does not take its item with it.
    pub async fn submit(&self, key: u128, item: I) -> Result<O, Problem> {
        let lane = &self.lanes[usize::try_from(key % self.lanes.len() as u128).unwrap_or(0)];
        let (answer, answered) = oneshot::channel();
        lane.try_send(Waiting { item, answer }).map_err(|_| {
            Problem::new(ErrorReason::Overloaded, "The server has more to do than it can. Try again.")
                .retry_after(std::time::Duration::from_secs(1))
        })?;
        let result = answered.await.unwrap_or_else(|_| Err(Problem::unavailable("a batch was broken off")));
        if let Err(problem) = &result
            && problem.is_fault()
        {
            // The cause was logged where many items were one batch; this names the request.
            tracing::warn!(reason = problem.reason.as_str_name(), "an item of a batch was not stored");
        }
        result
    }
}

async fn run<I: Clone, O>(
    name: &'static str,
    max_items: usize,
    mut receiver: mpsc::Receiver<Waiting<I, O>>,
    commit: Arc<Commit<I, O>>,
) {
    let mut waiting = Vec::new();
    while receiver.recv_many(&mut waiting, max_items).await > 0 {
        metrics::histogram!("rollcall_batch_items", "batch" => name).record(waiting.len() as f64);
        settle(std::mem::take(&mut waiting), commit.as_ref()).await;
    }
}

/// Commits a batch; where it fails as a whole, in halves, so that a bad item fails alone.
async fn settle<I: Clone, O>(batch: Vec<Waiting<I, O>>, commit: &Commit<I, O>) {
    let mut batches = vec![batch];
    while let Some(mut batch) = batches.pop() {
        let items = batch.iter().map(|waiting| waiting.item.clone()).collect();
        match commit(items).await {
            Ok(answers) => {
                for (waiting, answer) in batch.into_iter().zip(answers) {
                    // The caller may have gone away: its item is stored all the same.
                    let _ = waiting.answer.send(Ok(answer));
                }
            }
            // The database does not answer, or its answer to COMMIT was lost: smaller batches would fare no better, and
            // nobody may be told that nothing happened.
            Err(problem) if batch.len() == 1 || problem.is_passing() => {
                for waiting in batch {
                    let _ = waiting.answer.send(Err(problem.clone()));
                }
            }
            Err(_) => {
                let second = batch.split_off(batch.len() / 2);
                batches.push(second);
                batches.push(batch);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::sync::Semaphore;

    use super::*;

    /// A batcher that doubles numbers, refuses batches that hold 13, and notes what it committed.
    fn doubling(gate: Arc<Semaphore>, seen: Arc<Mutex<Vec<Vec<u32>>>>) -> Batcher<u32, u32> {
        Batcher::new("test", 1, 64, move |items: Vec<u32>| {
            let (gate, seen) = (gate.clone(), seen.clone());
            async move {
                gate.acquire().await.expect("the gate stays open").forget();
                if items.contains(&13) {
                    return Err(Problem::new(ErrorReason::Internal, "13"));
                }
                seen.lock().expect("nobody panics with the lock").push(items.clone());
                Ok(items.into_iter().map(|item| item * 2).collect())
            }
        })
    }

    #[tokio::test]
    async fn items_that_arrive_during_a_commit_leave_together() {
        let gate = Arc::new(Semaphore::new(0));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let batcher = Arc::new(doubling(gate.clone(), seen.clone()));
        let submit = |item| {
            let batcher = batcher.clone();
            tokio::spawn(async move { batcher.submit(0, item).await.map_err(|problem| problem.message) })
        };
        let first = submit(1);
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        let rest: Vec<_> = (2..6).map(submit).collect();
        tokio::task::yield_now().await;
        gate.add_permits(2);
        assert_eq!(first.await.expect("no panic"), Ok(2));
        for (item, answer) in (2..6).zip(rest) {
            assert_eq!(answer.await.expect("no panic"), Ok(item * 2));
        }
        assert_eq!(*seen.lock().expect("nobody panics with the lock"), [vec![1], vec![2, 3, 4, 5]]);
    }

    #[tokio::test]
    async fn a_bad_item_fails_alone() {
        let gate = Arc::new(Semaphore::new(100));
        let batcher = Arc::new(doubling(gate, Arc::default()));
        let answers = futures_util::future::join_all((10..20).map(|item| batcher.submit(0, item))).await;
        for (item, answer) in (10..20).zip(answers) {
            match item {
                13 => assert_eq!(answer.map_err(|problem| problem.message), Err("13".to_owned())),
                _ => assert_eq!(answer.map_err(|problem| problem.message), Ok(item * 2)),
            }
        }
    }
}
