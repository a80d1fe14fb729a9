//! How punches are stored: many together, each answered after the commit. What is there already is left alone; of what is stored, a note is
//! left of whose days it changes.

mod postgres;
mod within;

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::{
    entity::punch::Model as Punch,
    problem::{ErrorReason, Problem},
    store::{Database, Tx, batch::Batcher},
};

/// As for check-ins.
const MAX_ITEMS: usize = 128;
const LANES: usize = 2;
/// Of a long list in one transaction: done long before any deadline, and the next one's turn comes soon.
const AT_ONCE: usize = 1000;
/// So many lists are stored side by side: check-ins go the same way, and a list can wait.
const LISTS: usize = 2;

/// What became of a punch that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Stored,
    /// Its event is there, or what it corrects has been corrected.
    Known,
    NoEmployee,
    NoLocation,
}

#[derive(Clone)]
pub struct Keeper {
    database: Database,
    single: Arc<Batcher<Arc<Punch>, Outcome>>,
    lists: Arc<Semaphore>,
}

impl Keeper {
    pub fn new(database: &Database) -> Self {
        let batches = database.clone();
        let single = Batcher::new("punch", LANES, MAX_ITEMS, move |punches| {
            let database = batches.clone();
            async move { store(&database, punches).await }
        });
        Self { database: database.clone(), single: Arc::new(single), lists: Arc::new(Semaphore::new(LISTS)) }
    }

    /// Stores one, together with others that come at the same moment.
    pub async fn keep(&self, punch: Arc<Punch>) -> Result<Outcome, Problem> {
        self.single.submit(punch.employee_id.as_u128(), punch).await
    }

    /// Stores a list. What was stored of it before a fault stays.
    pub async fn keep_all(&self, punches: &[Arc<Punch>]) -> Result<Vec<Outcome>, Problem> {
        let mut outcomes = Vec::with_capacity(punches.len());
        for some in punches.chunks(AT_ONCE) {
            let _turn = self.lists.acquire().await.map_err(Problem::internal)?;
            outcomes.extend(store(&self.database, some.to_vec()).await?);
        }
        Ok(outcomes)
    }
}

/// Stores some in one transaction.
pub async fn store(database: &Database, punches: Vec<Arc<Punch>>) -> Result<Vec<Outcome>, Problem> {
    let punches: Arc<[Arc<Punch>]> = punches.into();
    match attempt(database, punches.clone()).await {
        // Lost a deadlock to another replica, or its connection; or a location has just gone, which the next look finds. Once more
        // does no harm: what was stored is found.
        Err(problem) if problem.is_passing() || problem.reason == ErrorReason::NotFound => {
            attempt(database, punches).await
        }
        outcomes => outcomes,
    }
}

/// Stores one in a transaction in which more is written.
pub async fn store_within(tx: &Tx, punch: Arc<Punch>) -> Result<Outcome, Problem> {
    let outcome = within::store(tx, &[punch]).await?.pop();
    outcome.ok_or_else(|| Problem::internal("a punch was not told of"))
}

async fn attempt(database: &Database, punches: Arc<[Arc<Punch>]>) -> Result<Vec<Outcome>, Problem> {
    match database.is_sqlite() {
        true => database.write(move |tx| Box::pin(async move { within::store(tx, &punches).await })).await,
        false => postgres::store(database, &punches).await,
    }
}
