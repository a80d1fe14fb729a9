//! The queries of this slice.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, DbErr, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use super::RESOURCE;
use crate::{
    entity::api_key::{self, Column, Model},
    problem::Problem,
    store::{Database, ROWS_PER_STATEMENT, Tx, constraint},
};

pub async fn find(database: &Database, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let found = api_key::in_college(college_id).filter(Column::Id.eq(id)).one(database.reader()).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}

pub async fn insert(tx: &Tx, made: Model) -> Result<(), Problem> {
    let refused = |error: DbErr| match constraint::broken_unique(&error) {
        Some("uq_api_keys_name") => Problem::already_exists(RESOURCE, "name"),
        _ => error.into(),
    };
    api_key::insert([made.into()]).exec_without_returning(tx).await.map_err(refused)?;
    Ok(())
}

/// The key, which stays as it is until the transaction ends.
pub async fn lock(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let found = api_key::in_college(college_id).filter(Column::Id.eq(id)).lock(LockType::NoKeyUpdate).one(tx).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}

/// The keys of some people that were not revoked, which stay as they are until the transaction ends.
pub async fn lock_all_of(tx: &Tx, college_id: Uuid, created_by: &[Uuid]) -> Result<Vec<Model>, Problem> {
    let mut keys = Vec::new();
    for some in created_by.chunks(ROWS_PER_STATEMENT) {
        let theirs = api_key::in_college(college_id)
            .filter(Column::CreatedBy.is_in(some.iter().copied()))
            .filter(Column::RevokedAt.is_null())
            .order_by_asc(Column::Id)
            .lock(LockType::NoKeyUpdate);
        keys.extend(theirs.all(tx).await?);
    }
    Ok(keys)
}

pub async fn revoke(tx: &Tx, key: &Model, now: DateTime<Utc>) -> Result<(), Problem> {
    api_key::update_in_college(key.college_id)
        .col_expr(Column::RevokedAt, Expr::value(now))
        .filter(Column::Id.eq(key.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Remembers that a key was used; an earlier time does not replace a later one.
pub async fn note_use(database: &Database, college_id: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<(), Problem> {
    database
        .write(move |tx| {
            Box::pin(async move {
                api_key::update_in_college(college_id)
                    .col_expr(Column::LastUsedAt, Expr::value(now))
                    .filter(Column::Id.eq(id))
                    .filter(Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lt(now)))
                    .exec(tx)
                    .await?;
                Ok(())
            })
        })
        .await
}
