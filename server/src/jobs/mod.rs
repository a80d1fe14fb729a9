//! Work that is done later: rows that are written in the transaction of what causes them, and a runner in every server that
//! does them.
//!
//! Promises: a job whose transaction is committed is done at least once, whatever ends in between; one server at a time works
//! on it; after a failure it is tried again, later each time, and given up with its error kept; what waits of one kind never
//! holds up another. Never: a secret in a payload, or the payload of a job that was given up.
//!
//! What a kind of job does is for its slice, which gives the runner a handler. Effects that are rows belong in one
//! transaction with `Job::finish`: then they happen once.

mod retry;
mod runner;
mod store;

use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

pub use runner::{Handler, Runner};

use crate::{
    entity::job::Model,
    problem::Problem,
    store::{Bus, Notice, Tx},
};

/// A job that this server has taken.
#[derive(Clone, Debug)]
pub struct Job(Model);

/// How a handler has ended.
pub enum End {
    /// By `Job::finish`, in its own transaction.
    Finished,
    /// The job is done, and the runner may strike it off.
    Done,
}

/// Why a job is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Trying again later may help.
    Passing(String),
    /// Trying again cannot help.
    Permanent(String),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Passing(problem.to_string())
    }
}

impl Job {
    pub const fn id(&self) -> Uuid {
        self.0.id
    }

    /// What it is about.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_value(self.0.payload.clone()).map_err(|error| Failure::Permanent(error.to_string()))
    }

    /// Strikes the job off together with what else the transaction does. Refused where the lease has gone to somebody else,
    /// who does the same.
    pub async fn finish(&self, tx: &Tx) -> Result<(), Problem> {
        if store::delete(tx, &self.0).await? {
            Ok(())
        } else {
            Err(Problem::unavailable("the lease of a job has ended before its work"))
        }
    }
}

/// Adds a job to a transaction. Once that is committed, `announce` wakes the runners; without it they look soon.
pub async fn insert(tx: &Tx, kind: &str, payload: &impl Serialize, now: DateTime<Utc>) -> Result<(), Problem> {
    let payload = serde_json::to_value(payload).map_err(Problem::internal)?;
    store::insert(tx, store::fresh(kind, payload, now)).await
}

/// Adds many jobs of a kind.
pub async fn insert_all(
    tx: &Tx,
    kind: &str,
    payloads: impl IntoIterator<Item = impl Serialize>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let row = |payload| Ok(store::fresh(kind, serde_json::to_value(payload).map_err(Problem::internal)?, now));
    store::insert_all(tx, payloads.into_iter().map(row).collect::<Result<_, Problem>>()?).await
}

/// Adds many jobs of a kind, each with the time before which nobody takes it.
pub async fn insert_all_at(
    tx: &Tx,
    kind: &str,
    jobs: impl IntoIterator<Item = (impl Serialize, DateTime<Utc>)>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let row = |(payload, due_at)| {
        let payload = serde_json::to_value(payload).map_err(Problem::internal)?;
        Ok(Model { due_at, ..store::fresh(kind, payload, now) })
    };
    store::insert_all(tx, jobs.into_iter().map(row).collect::<Result<_, Problem>>()?).await
}

/// Tells every runner that there is something to do.
pub fn announce(bus: &Bus) {
    bus.announce(Notice::JobWaiting);
}
