//! How punches are stored: many together, each answered after the commit. What is there already is left alone; of what is stored, a note is
//! left of whose days it changes.

mod postgres;
mod sqlite;

use std::sync::Arc;

use crate::{
    entity::punch::Model as Punch,
    problem::Problem,
    store::{Database, batch::Batcher},
};

/// As for check-ins.
const MAX_ITEMS: usize = 128;
const LANES: usize = 2;
/// Of a long list in one transaction: done long before any deadline, and the next one's turn comes soon.
const AT_ONCE: usize = 1000;

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
}

impl Keeper {
    pub fn new(database: &Database) -> Self {
        let batches = database.clone();
        let single = Batcher::new("punch", LANES, MAX_ITEMS, move |punches| {
            let database = batches.clone();
            async move { store(&database, punches).await }
        });
        Self { database: database.clone(), single: Arc::new(single) }
    }

    /// Stores one, together with others that come at the same moment.
    pub async fn keep(&self, punch: Arc<Punch>) -> Result<Outcome, Problem> {
        self.single.submit(punch.employee_id.as_u128(), punch).await
    }

    /// Stores a list. What was stored of it before a fault stays.
    pub async fn keep_all(&self, punches: &[Arc<Punch>]) -> Result<Vec<Outcome>, Problem> {
        let mut outcomes = Vec::with_capacity(punches.len());
        for some in punches.chunks(AT_ONCE) {
            outcomes.extend(store(&self.database, some.to_vec()).await?);
        }
        Ok(outcomes)
    }
}

/// Stores some in one transaction.
pub async fn store(database: &Database, punches: Vec<Arc<Punch>>) -> Result<Vec<Outcome>, Problem> {
    let punches: Arc<[Arc<Punch>]> = punches.into();
    match attempt(database, punches.clone()).await {
        // Lost a deadlock to another replica, or its connection. Once more does no harm: what was stored is found.
        Err(problem) if problem.is_passing() => attempt(database, punches).await,
        outcomes => outcomes,
    }
}

async fn attempt(database: &Database, punches: Arc<[Arc<Punch>]>) -> Result<Vec<Outcome>, Problem> {
    match database.is_sqlite() {
        true => database.write(move |tx| Box::pin(async move { sqlite::store(tx, &punches).await })).await,
        false => postgres::store(database, &punches).await,
    }
}
