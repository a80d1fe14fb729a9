//! How check-ins are stored: many in one transaction, each answered after the commit.
//!
//! In that transaction the rows of the sessions are locked first, in the order of their keys, so that batches hardly ever
//! wait for each other in a circle; a session that is not active any more takes nothing. Its `event_seq` is raised once for the batch.
//! Records are inserted in the order of their keys, and one that is already there is left alone.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use sea_orm::{
    ConnectionTrait as _, DbBackend, IdenStatic as _, Iterable as _, QueryTrait as _, Statement, Value,
    sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    entity::{
        attendance_record::{self, Column, Model as Record},
        check_in_attempt::{self, Model as Attempt},
    },
    problem::Problem,
    store::{Bus, Database, Notice, Store, Tx, batch::Batcher},
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

async fn commit(database: Database, bus: Bus, items: Vec<Item>) -> Result<Vec<Option<Outcome>>, Problem> {
    let first = items.clone();
    let outcomes = match database.write(move |tx| Box::pin(async move { write(tx, first).await })).await {
        // Lost a deadlock to another replica, or its connection. Once more does no harm even where the first try was
        // committed: what is there already is found, and answered from its row.
        Err(problem) if problem.is_passing() => {
            database.write(move |tx| Box::pin(async move { write(tx, items).await })).await?
        }
        outcomes => outcomes?,
    };
    let mut told = Vec::new();
    for outcome in outcomes.iter().flatten() {
        if let Outcome::Stored(record) = outcome
            && !told.contains(&record.session_id)
        {
            told.push(record.session_id);
            bus.announce(Notice::SessionChanged { college_id: record.college_id, session_id: record.session_id });
        }
    }
    Ok(outcomes)
}

async fn write(tx: &Tx, items: Vec<Item>) -> Result<Vec<Option<Outcome>>, Problem> {
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
        let seqs = lock_sessions(tx, &records).await?;
        records.retain_mut(|(index, record)| match seqs.get(&(record.college_id, record.session_id)) {
            Some(seq) => {
                record.event_seq = *seq;
                true
            }
            None => {
                outcomes[*index] = Some(Outcome::SessionNotActive);
                false
            }
        });
        let stored = insert_records(tx, &records).await?;
        for (index, record) in records {
            let outcome =
                if stored.contains(&record.id) { Outcome::Stored(Box::new(record)) } else { Outcome::Conflict };
            outcomes[index] = Some(outcome);
        }
    }
    if !attempts.is_empty() {
        attempts.sort_by_key(|attempt| (attempt.college_id, attempt.id));
        check_in_attempt::insert(attempts.into_iter().map(Into::into)).exec_without_returning(tx).await?;
    }
    Ok(outcomes)
}

/// Locks the active sessions among those that are named, and tells the number of the event that this batch is in each.
async fn lock_sessions(tx: &Tx, records: &[(usize, Record)]) -> Result<HashMap<(Uuid, Uuid), i64>, Problem> {
    let mut keys: Vec<(Uuid, Uuid)> =
        records.iter().map(|(_, record)| (record.college_id, record.session_id)).collect();
    keys.dedup();
    let backend = tx.get_database_backend();
    let statement = match backend {
        DbBackend::Postgres => {
            let (colleges, sessions): (Vec<Uuid>, Vec<Uuid>) = keys.into_iter().unzip();
            Statement::from_sql_and_values(
                backend,
                "UPDATE sessions SET event_seq = sessions.event_seq + 1
                 FROM (SELECT s.college_id, s.id FROM sessions s
                       JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (college_id, id)
                         ON s.college_id = wanted.college_id AND s.id = wanted.id
                       WHERE s.state = 'ACTIVE' ORDER BY s.college_id, s.id FOR NO KEY UPDATE OF s) AS locked
                 WHERE sessions.college_id = locked.college_id AND sessions.id = locked.id
                 RETURNING sessions.college_id, sessions.id, sessions.event_seq",
                [Value::from(colleges), Value::from(sessions)],
            )
        }
        _ => {
            let places = vec!["(?, ?)"; keys.len()].join(", ");
            let values = keys.into_iter().flat_map(|(college_id, id)| [Value::from(college_id), Value::from(id)]);
            Statement::from_sql_and_values(
                backend,
                format!(
                    "UPDATE sessions SET event_seq = event_seq + 1
                     WHERE (college_id, id) IN (VALUES {places}) AND state = 'ACTIVE'
                     RETURNING college_id, id, event_seq"
                ),
                values,
            )
        }
    };
    let rows = tx.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| {
            let key = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            Ok((key, row.try_get_by_index(2)?))
        })
        .collect::<Result<_, sea_orm::DbErr>>()
        .map_err(Problem::from)
}

/// Inserts what is not there yet, and tells the ids of what was inserted.
async fn insert_records(tx: &Tx, records: &[(usize, Record)]) -> Result<Vec<Uuid>, Problem> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let rows = match tx.get_database_backend() {
        DbBackend::Postgres => tx.query_all_raw(insert_for_postgres(records)?).await?,
        _ => {
            let rows = records.iter().map(|(_, record)| record.clone().into());
            let mut insert = attendance_record::insert(rows).on_conflict(on_any_conflict()).into_query();
            insert.returning_col(Column::Id);
            tx.query_all(&insert).await?
        }
    };
    rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>().map_err(Problem::from)
}

/// Leaves a row alone that breaks any key, not only the primary one.
fn on_any_conflict() -> OnConflict {
    OnConflict::new().do_nothing().to_owned()
}

/// One statement for batches of every size, so that it is parsed and planned once: the rows travel as one JSON value.
fn insert_for_postgres(records: &[(usize, Record)]) -> Result<Statement, Problem> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns: Vec<_> = Column::iter().map(|column| column.as_str()).collect();
        let columns = columns.join(", ");
        format!(
            "INSERT INTO attendance_records ({columns})
             SELECT {columns} FROM json_populate_recordset(NULL::attendance_records, $1::json)
             ON CONFLICT DO NOTHING RETURNING id"
        )
    });
    let rows: Vec<_> = records.iter().map(|(_, record)| record).collect();
    let rows = serde_json::to_string(&rows).map_err(Problem::internal)?;
    Ok(Statement::from_sql_and_values(DbBackend::Postgres, SQL.as_str(), [Value::from(rows)]))
}
