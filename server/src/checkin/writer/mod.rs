//! How check-ins are stored: many together, each answered after the commit.
//!
//! The rows of the sessions are locked first, in the order of their keys, so that batches hardly ever wait for each other in
//! a circle; a session that is not active any more takes nothing. Its `event_seq` is raised once for the batch. Records are
//! inserted in the order of their keys, and one that is already there is left alone.

mod postgres;
mod sqlite;

use std::sync::Arc;

use crate::{
    entity::{
        attendance_record::Model as Record,
        check_in_attempt::{self, Model as Attempt},
    },
    problem::Problem,
    store::{Bus, Database, Notice, Store, batch::Batcher},
};
/// More rows in one transaction would not be faster, and would keep the first of them waiting.
const MAX_ITEMS: usize = 128;
/// With SQLite's one writer and with PostgreSQL on a few cores, more lanes only make smaller batches.
const LANES: usize = 2;

#[derive(Clone)]
enum Item {
    Record(Box<Record>),
    Attempt(Box<Attempt>),
}

/// What became of a record that was to be stored.
#[derive(Clone, Debug)]
pub enum Outcome {
    Stored(Box<Record>),
    /// The student has a record in this session, or the client's id has one.
    Conflict,
    SessionNotActive,
}

/// Stores check-ins and refused attempts.
#[derive(Clone)]
pub struct Writer {
    batcher: Arc<Batcher<Item, Option<Outcome>>>,
}

impl Writer {
    pub fn new(store: &Store) -> Self {
        let (database, bus) = (store.database.clone(), store.bus.clone());
        let batcher =
            Batcher::new("check_in", LANES, MAX_ITEMS, move |items| commit(database.clone(), bus.clone(), items));
        Self { batcher: Arc::new(batcher) }
    }

    /// Stores a record, if its session still takes it and nothing stands in its way.
    pub async fn store(&self, record: Record) -> Result<Outcome, Problem> {
        let key = record.session_id.as_u128();
        let outcome = self.batcher.submit(key, Item::Record(Box::new(record))).await?;
        outcome.ok_or_else(|| Problem::internal("a record was answered as an attempt"))
    }

    /// Stores a refused attempt.
    pub async fn note(&self, attempt: Attempt) -> Result<(), Problem> {
        let key = attempt.id.as_u128();
        self.batcher.submit(key, Item::Attempt(Box::new(attempt))).await?;
        Ok(())
    }
}

/// Records and attempts are stored apart: neither has to wait for, or fail with, the other.
async fn commit(database: Database, bus: Bus, items: Vec<Item>) -> Result<Vec<Option<Outcome>>, Problem> {
    let mut outcomes: Vec<Option<Outcome>> = vec![None; items.len()];
    let mut records = Vec::new();
    let mut attempts = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        match item {
            Item::Record(record) => records.push((index, *record)),
            Item::Attempt(attempt) => attempts.push(*attempt),
        }
    }
    if !records.is_empty() {
        records.sort_by_key(|(_, record)| (record.college_id, record.session_id, record.student_id, record.id));
        let (indexes, records): (Vec<_>, Vec<_>) = records.into_iter().unzip();
        let stored = match store(&database, records.clone()).await {
            // Lost a deadlock to another replica, or its connection. Once more does no harm even where the first try was
            // committed: what is there already is found, and answered from its row.
            Err(problem) if problem.is_passing() => store(&database, records).await?,
            stored => stored?,
        };
        announce(&bus, &stored);
        for (index, outcome) in indexes.into_iter().zip(stored) {
            outcomes[index] = Some(outcome);
        }
    }
    if !attempts.is_empty() {
        attempts.sort_by_key(|attempt| (attempt.college_id, attempt.id));
        database
            .write(move |tx| {
                Box::pin(async move {
                    check_in_attempt::insert(attempts.into_iter().map(Into::into)).exec_without_returning(tx).await?;
                    Ok(())
                })
            })
            .await?;
    }
    Ok(outcomes)
}

/// What became of each record, in their order.
async fn store(database: &Database, records: Vec<Record>) -> Result<Vec<Outcome>, Problem> {
    match database.is_sqlite() {
        true => database.write(move |tx| Box::pin(async move { sqlite::store(tx, records).await })).await,
        false => postgres::store(database, records).await,
    }
}

fn announce(bus: &Bus, outcomes: &[Outcome]) {
    let mut told = Vec::new();
    for outcome in outcomes {
        if let Outcome::Stored(record) = outcome
            && !told.contains(&record.session_id)
        {
            told.push(record.session_id);
            bus.announce(Notice::SessionChanged { college_id: record.college_id, session_id: record.session_id });
        }
    }
}
