//! How daily records are stored: those that come at the same time in one transaction, each answered after its commit. A system that sends
//! a day of all its people then pays for a few commits and not for one each.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::store;
use crate::{
    entity::daily_record::Kind,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::{Database, Store, batch::Batcher},
};

/// More rows in one transaction would not be faster, and would keep the first of them waiting.
const MAX_ITEMS: usize = 128;
/// One commits while the other gathers.
const LANES: usize = 2;

/// What is to be stored, by whom.
#[derive(Clone, Debug)]
pub struct Entry {
    pub principal: Principal,
    pub origin: Origin,
    pub external_id: String,
    /// Empty where it was not given.
    pub name: String,
    pub date: NaiveDate,
    pub kind: Kind,
    pub status: String,
    pub now: DateTime<Utc>,
}

impl Entry {
    pub const fn college_id(&self) -> Uuid {
        self.principal.college_id
    }

    /// The account that enters it; none for an API key.
    pub fn entered_by(&self) -> Option<Uuid> {
        self.principal.token().map(|_| self.principal.id)
    }
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The name of whose it is.
    pub name: String,
    pub change: Change,
}

/// What storing it has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Made,
    /// The day had a record with another status.
    Replaced {
        from: String,
    },
    /// The day had a record with this status.
    None,
}

/// Stores daily records.
#[derive(Clone)]
pub struct Writer(Arc<Batcher<Arc<Entry>, Option<Stored>>>);

impl Writer {
    pub fn new(store: &Store) -> Self {
        let database = store.database.clone();
        let commit = move |entries| commit(database.clone(), entries);
        Self(Arc::new(Batcher::new("daily_record", LANES, MAX_ITEMS, commit)))
    }

    /// Stores a record. None where nobody is called so, and no name was given for somebody new.
    pub async fn store(&self, entry: Entry) -> Result<Option<Stored>, Problem> {
        // What is about the same person leaves by the same lane, and waits for nobody's locks.
        let mut hasher = DefaultHasher::new();
        (entry.college_id(), &entry.external_id).hash(&mut hasher);
        self.0.submit(hasher.finish().into(), Arc::new(entry)).await
    }
}

async fn commit(database: Database, entries: Vec<Arc<Entry>>) -> Result<Vec<Option<Stored>>, Problem> {
    match write(&database, entries.clone()).await {
        // Lost a deadlock to another replica, or its connection. Once more does no harm even where the first try was committed: what
        // is there already is left alone.
        Err(problem) if problem.is_passing() => write(&database, entries).await,
        stored => stored,
    }
}

async fn write(database: &Database, entries: Vec<Arc<Entry>>) -> Result<Vec<Option<Stored>>, Problem> {
    database.write(move |tx| Box::pin(async move { store::put(tx, &entries).await })).await
}
