//! The queries of this slice.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, Condition, DbErr, QueryFilter as _, QuerySelect as _, sea_query::Expr};
use uuid::Uuid;

use super::RESOURCE;
use crate::{
    entity::api_key::{self, Column, Model},
    problem::Problem,
    store::{Database, Tx, constraint},
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
    let found = api_key::in_college(college_id).filter(Column::Id.eq(id)).lock_exclusive().one(tx).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
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
