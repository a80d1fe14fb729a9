//! Which scans were sent before. A scan is written down when it comes, by one statement for many, and whoever was first has it:
//! of two who send the same at the same moment, one is told of the other.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ConnectionTrait as _, DbErr, QueryTrait as _, RuntimeErr,
    sea_query::{Expr, OnConflict},
    sqlx::{self, Row as _, types::Json},
};
use uuid::Uuid;

use crate::{
    entity::check_in_scan::{self, Column, Model},
    problem::Problem,
    store::{Database, Tx, batch::Batcher},
};

/// As for check-ins.
const MAX_ITEMS: usize = 128;
/// For so long a phone may give its own scan again: to one who tries once more, it has no other.
const OWN_AGAIN: TimeDelta = TimeDelta::minutes(2);

/// Who sent a scan first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub student_id: Uuid,
    pub check_in_id: Uuid,
    pub at: DateTime<Utc>,
}

/// Writes scans down.
#[derive(Clone)]
pub struct SeenScans(Arc<Batcher<Arc<Model>, Seen>>);

impl SeenScans {
    pub fn new(database: &Database) -> Self {
        let database = database.clone();
        Self(Arc::new(Batcher::new("scan", 1, MAX_ITEMS, move |scans| commit(database.clone(), scans))))
    }

    /// Writes a scan down, unless it was before, and tells who sent it first.
    pub async fn note(&self, scan: Model) -> Result<Seen, Problem> {
        self.0.submit(scan.digest.as_u128(), Arc::new(scan)).await
    }
}

/// Whether a scan is not the sender's own of just now.
pub fn is_replay(first: &Seen, student_id: Uuid, check_in_id: Uuid, now: DateTime<Utc>) -> bool {
    let is_own = first.student_id == student_id;
    !(is_own && (first.check_in_id == check_in_id || now - first.at < OWN_AGAIN))
}

async fn commit(database: Database, scans: Vec<Arc<Model>>) -> Result<Vec<Seen>, Problem> {
    // In the order that every replica takes, and each once: a statement cannot touch a row twice.
    let mut first: BTreeMap<(Uuid, Uuid), Arc<Model>> = BTreeMap::new();
    for scan in &scans {
        first.entry((scan.college_id, scan.digest)).or_insert_with(|| scan.clone());
    }
    let rows: Arc<[Arc<Model>]> = first.into_values().collect();
    let seen = match write(&database, rows.clone()).await {
        // Lost a deadlock, or its connection. Once more does no harm: what was written is found.
        Err(problem) if problem.is_passing() => write(&database, rows).await?,
        seen => seen?,
    };
    scans
        .iter()
        .map(|scan| {
            let found = seen.get(&(scan.college_id, scan.digest)).copied();
            found.ok_or_else(|| Problem::internal("a scan was neither written nor found"))
        })
        .collect()
}

type Found = BTreeMap<(Uuid, Uuid), Seen>;

async fn write(database: &Database, rows: Arc<[Arc<Model>]>) -> Result<Found, Problem> {
    match database.is_sqlite() {
        true => database.write(move |tx| Box::pin(async move { write_sqlite(tx, &rows).await })).await,
        false => write_postgres(database, &rows).await,
    }
}

/// A row that is there is written again as it was: then the statement tells it.
const SQL: &str = "
INSERT INTO check_in_scans (college_id, digest, student_id, check_in_id, session_id, signals, seen_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::jsonb[], $7::timestamptz[])
ON CONFLICT (college_id, digest) DO UPDATE SET seen_at = check_in_scans.seen_at
RETURNING college_id, digest, student_id, check_in_id, seen_at";

async fn write_postgres(database: &Database, rows: &[Arc<Model>]) -> Result<Found, Problem> {
    fn column<'r, T>(rows: &'r [Arc<Model>], value: impl Fn(&'r Model) -> T) -> Vec<T> {
        rows.iter().map(|row| value(row)).collect()
    }
    let told = sqlx::query(SQL)
        .bind(column(rows, |row| row.college_id))
        .bind(column(rows, |row| row.digest))
        .bind(column(rows, |row| row.student_id))
        .bind(column(rows, |row| row.check_in_id))
        .bind(column(rows, |row| row.session_id))
        .bind(column(rows, |row| row.signals.as_ref().map(Json)))
        .bind(column(rows, |row| row.seen_at))
        .fetch_all(database.batches().get_postgres_connection_pool())
        .await
        .map_err(|error| DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))))?;
    let seen = |row: &sqlx::postgres::PgRow| Seen { student_id: row.get(2), check_in_id: row.get(3), at: row.get(4) };
    Ok(told.iter().map(|row| ((row.get(0), row.get(1)), seen(row))).collect())
}

async fn write_sqlite(tx: &Tx, rows: &[Arc<Model>]) -> Result<Found, Problem> {
    let again = OnConflict::columns([Column::CollegeId, Column::Digest])
        .value(Column::SeenAt, Expr::cust("check_in_scans.seen_at"))
        .to_owned();
    let rows = rows.iter().map(|row| Model::clone(row).into());
    let mut insert = check_in_scan::insert(rows).on_conflict(again).into_query();
    insert.returning(sea_orm::sea_query::Query::returning().columns([
        Column::CollegeId,
        Column::Digest,
        Column::StudentId,
        Column::CheckInId,
        Column::SeenAt,
    ]));
    let mut found = Found::new();
    for row in tx.query_all(&insert).await? {
        let seen = Seen {
            student_id: row.try_get_by_index(2)?,
            check_in_id: row.try_get_by_index(3)?,
            at: row.try_get_by_index(4)?,
        };
        found.insert((row.try_get_by_index(0)?, row.try_get_by_index(1)?), seen);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_own_scan_of_just_now_is_no_replay() {
        let at = |seconds: i64| DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("it is a time");
        let (me, you, this, that) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3), Uuid::from_u128(4));
        let first = Seen { student_id: me, check_in_id: this, at: at(0) };
        let table = [
            (me, this, 0, false),
            // Handed in again after a night without a network.
            (me, this, 40_000, false),
            (me, that, 119, false),
            (me, that, 120, true),
            (you, that, 1, true),
            (you, this, 1, true),
        ];
        for (student_id, check_in_id, seconds, replay) in table {
            assert_eq!(is_replay(&first, student_id, check_in_id, at(seconds)), replay, "after {seconds} s");
        }
    }
}
