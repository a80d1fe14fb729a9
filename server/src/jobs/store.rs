//! The queries of the queue. One statement each decides who has a job: on PostgreSQL rows that another runner has locked are
//! passed over, on SQLite there is one writer.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, LockBehavior, LockType, OnConflict},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    entity::job::{self, Column, Model},
    problem::Problem,
    store::{Database, Tx, put_rows},
};

/// A job that nobody has taken yet.
pub fn fresh(kind: &str, payload: Value, now: DateTime<Utc>) -> Model {
    Model {
        id: Uuid::now_v7(),
        kind: kind.to_owned(),
        unique_key: None,
        payload,
        due_at: now,
        attempts: 0,
        last_error: None,
        created_at: now,
        dead_at: None,
    }
}

pub async fn insert(tx: &Tx, row: Model) -> Result<(), Problem> {
    job::insert(row.into()).exec_without_returning(tx).await?;
    Ok(())
}

/// Adds many jobs, whose keys nothing else has.
pub async fn insert_all(tx: &Tx, rows: Vec<Model>) -> Result<(), Problem> {
    Ok(put_rows(tx, rows, job::insert_all, OnConflict::column(Column::Id).do_nothing().to_owned()).await?)
}

/// Adds a job unless there is one of its key.
pub async fn insert_once(database: &Database, row: Model) -> Result<(), Problem> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let there = OnConflict::column(Column::UniqueKey).do_nothing().to_owned();
                job::insert(row.into()).on_conflict(there).exec_without_returning(tx).await?;
                Ok(())
            })
        })
        .await
}

/// Of which of these kinds there is something to take: a look that costs less than taking nothing.
pub async fn due_kinds(
    database: &Database,
    kinds: impl IntoIterator<Item = &'static str>,
    now: DateTime<Utc>,
) -> Result<Vec<String>, Problem> {
    let due = job::due(kinds, now).select_only().column(Column::Kind).distinct();
    Ok(due.into_tuple().all(database.reader()).await?)
}

/// Takes jobs of a kind for as long as the lease lasts. Those of a runner that went away come again when its lease ends.
pub async fn take(
    database: &Database,
    kind: String,
    most: u64,
    lease: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Vec<Model>, Problem> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let mut found = job::due([kind.as_str()], now)
                    .order_by_asc(Column::DueAt)
                    .order_by_asc(Column::Id)
                    .limit(most)
                    .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked)
                    .all(tx)
                    .await?;
                if found.is_empty() {
                    return Ok(found);
                }
                job::update(found.iter().map(|job| job.id))
                    .col_expr(Column::DueAt, Expr::value(now + lease))
                    .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
                    .exec(tx)
                    .await?;
                for job in &mut found {
                    (job.attempts, job.due_at) = (job.attempts + 1, now + lease);
                }
                Ok(found)
            })
        })
        .await
}

/// False where the lease has gone to somebody else.
pub async fn delete(tx: &Tx, job: &Model) -> Result<bool, Problem> {
    Ok(job::delete_taken(job.id, job.attempts).exec(tx).await?.rows_affected == 1)
}

/// Puts a job back until a time, or gives it up.
pub async fn put_back(database: &Database, back: Model) -> Result<(), Problem> {
    database
        .write(move |tx| {
            Box::pin(async move {
                job::update([back.id])
                    .col_expr(Column::DueAt, Expr::value(back.due_at))
                    .col_expr(Column::LastError, Expr::value(back.last_error))
                    .col_expr(Column::DeadAt, Expr::value(back.dead_at))
                    .col_expr(Column::Payload, Expr::value(back.payload))
                    .filter(Column::Attempts.eq(back.attempts))
                    .exec(tx)
                    .await?;
                Ok(())
            })
        })
        .await
}

/// Has a recurring job wait for its next time, as if it had never been tried.
pub async fn again(database: &Database, done: Model, due_at: DateTime<Utc>) -> Result<(), Problem> {
    database
        .write(move |tx| {
            Box::pin(async move {
                job::update([done.id])
                    .col_expr(Column::DueAt, Expr::value(due_at))
                    .col_expr(Column::Attempts, Expr::value(0))
                    .col_expr(Column::LastError, Expr::value(Option::<String>::None))
                    .filter(Column::Attempts.eq(done.attempts))
                    .exec(tx)
                    .await?;
                Ok(())
            })
        })
        .await
}

pub async fn delete_dead(database: &Database, before: DateTime<Utc>) -> Result<(), Problem> {
    database
        .write(move |tx| {
            Box::pin(async move {
                job::delete_dead(before).exec(tx).await?;
                Ok(())
            })
        })
        .await
}
