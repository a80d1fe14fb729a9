//! SQLite has one writer: a transaction locks everything, and order does not matter.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{ConnectionTrait as _, QueryTrait as _, Statement, Value, sea_query::OnConflict};
use uuid::Uuid;

use super::Outcome;
use crate::{
    checkin::shared_device,
    entity::attendance_record::{self, Column, Model as Record},
    problem::Problem,
    store::Tx,
};

pub async fn store(tx: &Tx, records: &[Arc<Record>]) -> Result<Vec<Outcome>, Problem> {
    let seqs = raise(tx, records).await?;
    let numbered = records.iter().filter_map(|record| {
        let event_seq = *seqs.get(&(record.college_id, record.session_id))?;
        Some(Record { event_seq, ..(**record).clone() })
    });
    let inserted = insert(tx, numbered.collect()).await?;
    let stored: Vec<&Record> =
        records.iter().map(AsRef::as_ref).filter(|record: &&Record| inserted.contains(&record.id)).collect();
    let mut shared = Vec::new();
    for record in stored {
        if shared_device::take(tx, record).await? {
            shared.push(record.id);
        }
    }
    let outcomes = records.iter().map(|record| match seqs.contains_key(&(record.college_id, record.session_id)) {
        false => Outcome::SessionNotActive,
        true if shared.contains(&record.id) => Outcome::Shared,
        true if inserted.contains(&record.id) => Outcome::Stored,
        true => Outcome::Conflict,
    });
    Ok(outcomes.collect())
}

/// Raises the counters of the active sessions among those that are named, and tells where they stand.
async fn raise(tx: &Tx, records: &[Arc<Record>]) -> Result<HashMap<(Uuid, Uuid), i64>, Problem> {
    let mut keys: Vec<_> = records.iter().map(|record| (record.college_id, record.session_id)).collect();
    keys.dedup();
    let places = vec!["(?, ?)"; keys.len()].join(", ");
    let values = keys.into_iter().flat_map(|(college_id, id)| [Value::from(college_id), Value::from(id)]);
    let statement = Statement::from_sql_and_values(
        tx.get_database_backend(),
        format!(
            "UPDATE sessions SET event_seq = event_seq + 1
             WHERE (college_id, id) IN (VALUES {places}) AND state = 'ACTIVE'
             RETURNING college_id, id, event_seq"
        ),
        values,
    );
    let rows = tx.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| Ok(((row.try_get_by_index(0)?, row.try_get_by_index(1)?), row.try_get_by_index(2)?)))
        .collect::<Result<_, sea_orm::DbErr>>()
        .map_err(Problem::from)
}

/// Inserts what is not there yet, by any of its keys, and tells the ids of what was inserted.
async fn insert(tx: &Tx, records: Vec<Record>) -> Result<Vec<Uuid>, Problem> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let any_conflict = OnConflict::new().do_nothing().to_owned();
    let mut insert =
        attendance_record::insert(records.into_iter().map(Into::into)).on_conflict(any_conflict).into_query();
    insert.returning_col(Column::Id);
    let rows = tx.query_all(&insert).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>().map_err(Problem::from)
}
