//! How check-ins are stored: many together, each answered after the commit.
//!
//! The rows of the sessions are locked first, in the order of their keys, so that batches hardly ever wait for each other in
//! a circle; a session that is not active any more takes nothing. Its `event_seq` is raised once for the batch. Records are
//! inserted in the order of their keys, and one that is already there is left alone.

mod postgres;
mod sqlite;

use std::{collections::HashMap, sync::Arc};

use uuid::Uuid;

use crate::{
    entity::{
        attendance_record::Model as Record,
        check_in_attempt::{self, Model as Attempt},
    },
    jobs,
    problem::Problem,
    store::{Bus, Database, Notice, Store, batch::Batcher},
};

/// More rows in one transaction would not be faster, and would keep the first of them waiting.
const MAX_ITEMS: usize = 128;
/// One commits while the other gathers. More only make smaller batches (measured with one, two and three).
const LANES: usize = 2;

/// What became of a record that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Stored,
    /// It is stored, and its device has checked somebody else in to the session.
    Shared,
    /// The student has a record in this session, or the client's id has one.
    Conflict,
    SessionNotActive,
}

/// Stores check-ins and refused attempts, apart: neither has to wait for, or fail with, the other.
#[derive(Clone)]
pub struct Writer {
    records: Arc<Batcher<Arc<Record>, Outcome>>,
    attempts: Arc<Batcher<Attempt, ()>>,
}

impl Writer {
    pub fn new(store: &Store) -> Self {
        let (database, bus) = (store.database.clone(), store.bus.clone());
        let records = Batcher::new("check_in", LANES, MAX_ITEMS, move |records| {
            commit_records(database.clone(), bus.clone(), records)
        });
        let database = store.database.clone();
        let attempts =
            Batcher::new("attempt", 1, MAX_ITEMS, move |attempts| commit_attempts(database.clone(), attempts));
        Self { records: Arc::new(records), attempts: Arc::new(attempts) }
    }

    /// Stores a record, if its session still takes it and nothing stands in its way.
    pub async fn store(&self, record: Arc<Record>) -> Result<Outcome, Problem> {
        self.records.submit(record.session_id.as_u128(), record).await
    }

    /// Stores a refused attempt.
    pub async fn note(&self, attempt: Attempt) -> Result<(), Problem> {
        self.attempts.submit(attempt.id.as_u128(), attempt).await
    }
}

async fn commit_records(database: Database, bus: Bus, mut records: Vec<Arc<Record>>) -> Result<Vec<Outcome>, Problem> {
    let given: Vec<Uuid> = records.iter().map(|record| record.id).collect();
    records.sort_unstable_by_key(|record| key(record));
    let records: Arc<[Arc<Record>]> = records.into();
    let outcomes = match store(&database, records.clone()).await {
        // Lost a deadlock to another replica, or its connection. Once more does no harm even where the first try was
        // committed: what is there already is found, and answered from its row.
        Err(problem) if problem.is_passing() => store(&database, records.clone()).await?,
        outcomes => outcomes?,
    };
    announce(&bus, &records, &outcomes);
    let told: HashMap<Uuid, Outcome> = records.iter().map(|record| record.id).zip(outcomes).collect();
    Ok(given.iter().map(|id| told[id]).collect())
}

/// The order that rows are locked and inserted in, by every replica.
const fn key(record: &Record) -> (Uuid, Uuid, Uuid, Uuid) {
    (record.college_id, record.session_id, record.student_id, record.id)
}

async fn commit_attempts(database: Database, attempts: Vec<Attempt>) -> Result<Vec<()>, Problem> {
    let count = attempts.len();
    database
        .write(move |tx| {
            Box::pin(async move {
                check_in_attempt::insert(attempts.into_iter().map(Into::into)).exec_without_returning(tx).await?;
                Ok(())
            })
        })
        .await?;
    Ok(vec![(); count])
}

/// What became of each record, in their order.
async fn store(database: &Database, records: Arc<[Arc<Record>]>) -> Result<Vec<Outcome>, Problem> {
    match database.is_sqlite() {
        true => database.write(move |tx| Box::pin(async move { sqlite::store(tx, &records).await })).await,
        false => postgres::store(database, &records).await,
    }
}

/// Once for each session, not for each record: neighbours in their order.
fn announce(bus: &Bus, records: &[Arc<Record>], outcomes: &[Outcome]) {
    let is_stored = |outcome: &Outcome| matches!(outcome, Outcome::Stored | Outcome::Shared);
    let stored = records.iter().zip(outcomes).filter(|(_, outcome)| is_stored(outcome));
    let mut told: Vec<(Uuid, Uuid)> = stored.map(|(record, _)| (record.college_id, record.session_id)).collect();
    told.dedup();
    for (college_id, session_id) in told {
        bus.announce(Notice::SessionChanged { college_id, session_id });
    }
    if outcomes.contains(&Outcome::Shared) {
        jobs::announce(bus);
    }
}
