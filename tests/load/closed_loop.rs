//! The clock and the loop: every caller sends its next check-in when the last one is answered.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::crowd::{CheckIn, Crowd};

/// A call that takes so long counts as failed. Longer than the server's own deadline for a write.
const PATIENCE: Duration = Duration::from_secs(15);

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
    /// How long each acknowledged check-in took.
    pub latencies: Vec<Duration>,
    /// How many were not acknowledged, by reason.
    pub failures: BTreeMap<String, u64>,
}

/// Runs every caller until the crowd is in or the time is up. Calls that have begun by then are waited for.
pub async fn run(callers: Vec<impl Caller>, crowd: Arc<Crowd>, seconds: u64) -> Answers {
    let begun = Instant::now();
    let end = begun + Duration::from_secs(seconds);
    let mut running: JoinSet<Answers> =
        callers.into_iter().map(|caller| one_after_another(caller, crowd.clone(), end)).collect();
    let mut whole = Answers::default();
    while let Some(answers) = running.join_next().await {
        let answers = answers.expect("a caller does not panic");
        whole.latencies.extend(answers.latencies);
        for (reason, count) in answers.failures {
            *whole.failures.entry(reason).or_default() += count;
        }
    }
    whole.took = begun.elapsed();
    whole
}

async fn one_after_another(mut caller: impl Caller, crowd: Arc<Crowd>, end: Instant) -> Answers {
    let mut answers = Answers::default();
    while Instant::now() < end
        && let Some(check_in) = crowd.next()
    {
        let begun = Instant::now();
        let answer = tokio::time::timeout(PATIENCE, caller.check_in(check_in)).await;
        match answer.unwrap_or_else(|_| Err(format!("no answer within {PATIENCE:?}"))) {
            Ok(()) => answers.latencies.push(begun.elapsed()),
            Err(reason) => *answers.failures.entry(reason).or_default() += 1,
        }
    }
    answers
}
