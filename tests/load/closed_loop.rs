//! The clock and the loop: everybody makes the next call when the last one is answered.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::crowd::{CheckIn, Crowd};

/// Somebody who makes one call after another.
pub trait Worker: Send + 'static {
    /// A call that takes so long counts as failed. Longer than the server's own deadline for a write.
    const PATIENCE: Duration = Duration::from_secs(15);

    /// Makes the next call and waits for its answer; none when nothing is left to be done. A refusal is told by its reason.
    fn work(&mut self) -> impl Future<Output = Option<Result<(), String>>> + Send;
}

/// Somebody who sends one check-in after another.
pub trait Caller: Send + 'static {
    /// Sends a check-in and waits for its record. A refusal is told by its reason.
    fn check_in(&mut self, check_in: CheckIn<'_>) -> impl Future<Output = Result<(), String>> + Send;
}

/// What was answered.
#[derive(Default)]
pub struct Answers {
    /// From the first call to the last answer.
    pub took: Duration,
    /// How long each acknowledged call took.
    pub latencies: Vec<Duration>,
    /// How many were not acknowledged, by reason.
    pub failures: BTreeMap<String, u64>,
}

/// Runs every caller until the crowd is in or the time is up. Calls that have begun by then are waited for.
pub async fn run(callers: Vec<impl Caller>, crowd: Arc<Crowd>, seconds: u64) -> Answers {
    let doors: Vec<_> = callers.into_iter().map(|caller| Door { caller, crowd: crowd.clone() }).collect();
    run_all(doors, seconds).await
}

/// Runs all of them until nothing is left to be done or the time is up. Calls that have begun by then are waited for.
pub async fn run_all(workers: Vec<impl Worker>, seconds: u64) -> Answers {
    let begun = Instant::now();
    let end = begun + Duration::from_secs(seconds);
    let mut running: JoinSet<Answers> = workers.into_iter().map(|worker| one_after_another(worker, end)).collect();
    let mut whole = Answers::default();
    while let Some(answers) = running.join_next().await {
        let answers = answers.expect("a worker does not panic");
        whole.latencies.extend(answers.latencies);
        for (reason, count) in answers.failures {
            *whole.failures.entry(reason).or_default() += count;
        }
    }
    whole.took = begun.elapsed();
    whole
}

async fn one_after_another<W: Worker>(mut worker: W, end: Instant) -> Answers {
    let mut answers = Answers::default();
    while Instant::now() < end {
        let begun = Instant::now();
        let answer = tokio::time::timeout(W::PATIENCE, worker.work()).await;
        match answer.unwrap_or_else(|_| Some(Err(format!("no answer within {:?}", W::PATIENCE)))) {
            Some(Ok(())) => answers.latencies.push(begun.elapsed()),
            Some(Err(reason)) => *answers.failures.entry(reason).or_default() += 1,
            None => break,
        }
    }
    answers
}

/// Where a caller has student after student check in.
struct Door<C> {
    caller: C,
    crowd: Arc<Crowd>,
}

impl<C: Caller> Worker for Door<C> {
    async fn work(&mut self) -> Option<Result<(), String>> {
        let check_in = self.crowd.next()?;
        Some(self.caller.check_in(check_in).await)
    }
}
