//! The queries of this slice.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, LockType, OnConflict},
};
use uuid::Uuid;

use super::{DELIVERY, RESOURCE};
use crate::{
    entity::{
        webhook::{self, Column, DisabledReason, Model},
        webhook_delivery::{self, State},
    },
    problem::Problem,
    store::{Database, Tx, put_rows},
};

pub async fn find(connection: &impl ConnectionTrait, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let found = webhook::in_college(college_id).filter(Column::Id.eq(id)).one(connection).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}

/// The webhook, which stays as it is until the transaction ends.
pub async fn lock(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let found = webhook::in_college(college_id).filter(Column::Id.eq(id)).lock(LockType::NoKeyUpdate).one(tx).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}

pub async fn count(tx: &Tx, college_id: Uuid) -> Result<u64, Problem> {
    Ok(webhook::in_college(college_id).count(tx).await?)
}

pub async fn insert(tx: &Tx, made: Model) -> Result<(), Problem> {
    webhook::insert([made.into()]).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes a webhook that is locked.
pub async fn write(tx: &Tx, changed: Model) -> Result<(), Problem> {
    changed.into_active_model().reset_all().update(tx).await?;
    Ok(())
}

/// Deletes a webhook, its deliveries with it, and tells what it was.
pub async fn delete(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let gone = webhook::delete_in_college(college_id).filter(Column::Id.eq(id)).exec_with_returning(tx).await?.pop();
    gone.ok_or_else(|| Problem::not_found(RESOURCE))
}

/// The webhooks that something is sent to.
pub async fn list_enabled(tx: &Tx, college_id: Uuid) -> Result<Vec<Model>, Problem> {
    Ok(webhook::in_college(college_id).filter(Column::DisabledAt.is_null()).order_by_asc(Column::Id).all(tx).await?)
}

/// Remembers since when a webhook fails, and gives it as it is now.
pub async fn note_failing(tx: &Tx, webhook: Model, now: DateTime<Utc>) -> Result<Model, Problem> {
    if webhook.failing_since.is_some() {
        return Ok(webhook);
    }
    webhook::update_in_college(webhook.college_id)
        .col_expr(Column::FailingSince, Expr::value(now))
        .filter(Column::Id.eq(webhook.id))
        .filter(Column::FailingSince.is_null())
        .exec(tx)
        .await?;
    Ok(Model { failing_since: Some(now), ..webhook })
}

/// What succeeds has not failed. Writes only where there is something to change.
pub async fn clear_failing(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<(), Problem> {
    webhook::update_in_college(college_id)
        .col_expr(Column::FailingSince, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(Column::Id.eq(id))
        .filter(Column::FailingSince.is_not_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// False where it is stopped already.
pub async fn disable(
    tx: &Tx,
    college_id: Uuid,
    id: Uuid,
    reason: DisabledReason,
    now: DateTime<Utc>,
) -> Result<bool, Problem> {
    let stopped = webhook::update_in_college(college_id)
        .col_expr(Column::DisabledAt, Expr::value(now))
        .col_expr(Column::DisabledReason, Expr::value(reason))
        .filter(Column::Id.eq(id))
        .filter(Column::DisabledAt.is_null())
        .exec(tx)
        .await?;
    Ok(stopped.rows_affected == 1)
}

pub async fn insert_deliveries(tx: &Tx, rows: Vec<webhook_delivery::Model>) -> Result<(), Problem> {
    use webhook_delivery::Column;
    let there = OnConflict::columns([Column::CollegeId, Column::WebhookId, Column::MessageId]).do_nothing().to_owned();
    Ok(put_rows(tx, rows, webhook_delivery::insert, there).await?)
}

/// A message that is to be sent, and where to.
pub async fn find_to_send(
    database: &Database,
    college_id: Uuid,
    id: Uuid,
) -> Result<Option<(Model, webhook_delivery::Model)>, Problem> {
    let reader = database.reader();
    let pending = webhook_delivery::in_college(college_id)
        .filter(webhook_delivery::Column::Id.eq(id))
        .filter(webhook_delivery::Column::State.eq(State::Pending));
    let Some(row) = pending.one(reader).await? else { return Ok(None) };
    let webhook = webhook::in_college(college_id).filter(Column::Id.eq(row.webhook_id)).one(reader).await?;
    Ok(webhook.map(|webhook| (webhook, row)))
}

/// A delivery of a webhook, which stays as it is until the transaction ends.
pub async fn lock_delivery(
    tx: &Tx,
    college_id: Uuid,
    webhook_id: Uuid,
    id: Uuid,
) -> Result<webhook_delivery::Model, Problem> {
    let found = webhook_delivery::in_college(college_id)
        .filter(webhook_delivery::Column::WebhookId.eq(webhook_id))
        .filter(webhook_delivery::Column::Id.eq(id))
        .lock(LockType::NoKeyUpdate)
        .one(tx)
        .await?;
    found.ok_or_else(|| Problem::not_found(DELIVERY))
}

/// Writes a delivery, unless it was deleted meanwhile.
pub async fn write_delivery(tx: &Tx, changed: webhook_delivery::Model) -> Result<(), Problem> {
    use webhook_delivery::Column;
    webhook_delivery::update_in_college(changed.college_id)
        .col_expr(Column::State, Expr::value(changed.state))
        .col_expr(Column::Attempts, Expr::value(changed.attempts))
        .col_expr(Column::NextAttemptAt, Expr::value(changed.next_attempt_at))
        .col_expr(Column::LastAttemptAt, Expr::value(changed.last_attempt_at))
        .col_expr(Column::LastStatus, Expr::value(changed.last_status))
        .col_expr(Column::LastError, Expr::value(changed.last_error))
        .filter(Column::Id.eq(changed.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets what was to be sent before a time, and is over.
pub async fn purge(database: &Database, before: DateTime<Utc>) -> Result<(), Problem> {
    database
        .write(move |tx| {
            Box::pin(async move {
                webhook_delivery::delete_before(before).exec(tx).await?;
                Ok(())
            })
        })
        .await
}
