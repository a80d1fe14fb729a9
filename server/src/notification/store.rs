//! The queries of this slice.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, ExprTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
    sea_query::{Alias, Expr, OnConflict},
};
use uuid::Uuid;

use crate::{
    convert,
    entity::{
        notification::{self, Column, Kind, Model},
        notification_inbox,
    },
    problem::Problem,
    store::{Database, ROWS_PER_STATEMENT, Tx, put_rows},
};

/// Takes the next number of each person, who stay locked until the transaction ends: numbers become visible in their order.
/// The people are in the order of their ids, so that two who tell the same people do not wait for each other.
pub async fn take_seqs(tx: &Tx, college_id: Uuid, user_ids: &[Uuid]) -> Result<HashMap<Uuid, i64>, Problem> {
    use notification_inbox::Column;
    let next = Expr::col((Alias::new("notification_inboxes"), Column::LastSeq)).add(1);
    let mut seqs = HashMap::with_capacity(user_ids.len());
    for some in user_ids.chunks(ROWS_PER_STATEMENT) {
        let row = |&user_id| notification_inbox::Model { college_id, user_id, last_seq: 1 }.into();
        let there =
            OnConflict::columns([Column::CollegeId, Column::UserId]).value(Column::LastSeq, next.clone()).to_owned();
        let raised =
            notification_inbox::insert(some.iter().map(row)).on_conflict(there).exec_with_returning(tx).await?;
        seqs.extend(raised.into_iter().map(|inbox| (inbox.user_id, inbox.last_seq)));
    }
    Ok(seqs)
}

/// The last numbers of people, of those who were ever told anything.
pub async fn last_seqs(
    database: &Database,
    college_id: Uuid,
    user_ids: &[Uuid],
) -> Result<HashMap<Uuid, i64>, Problem> {
    use notification_inbox::Column;
    let mut seqs = HashMap::with_capacity(user_ids.len());
    for some in user_ids.chunks(ROWS_PER_STATEMENT) {
        let theirs = notification_inbox::in_college(college_id).filter(Column::UserId.is_in(some.iter().copied()));
        seqs.extend(theirs.all(database.reader()).await?.into_iter().map(|inbox| (inbox.user_id, inbox.last_seq)));
    }
    Ok(seqs)
}

pub async fn insert(tx: &Tx, rows: Vec<Model>) -> Result<(), Problem> {
    let told = OnConflict::columns([Column::CollegeId, Column::UserId, Column::EventId]).do_nothing().to_owned();
    Ok(put_rows(tx, rows, notification::insert, told).await?)
}

/// Whether somebody was told of an event already. Whoever asks has taken their next number, so that nobody tells them now.
pub async fn is_told(tx: &Tx, college_id: Uuid, user_id: Uuid, event_id: Uuid) -> Result<bool, Problem> {
    let told = of(college_id, user_id).filter(Column::EventId.eq(event_id)).one(tx).await?;
    Ok(told.is_some())
}

/// Those of these people who were told something of a kind since a time.
pub async fn told_since(
    database: &Database,
    college_id: Uuid,
    user_ids: &[Uuid],
    kind: Kind,
    since: DateTime<Utc>,
) -> Result<Vec<Uuid>, Problem> {
    let mut told = Vec::new();
    for some in user_ids.chunks(ROWS_PER_STATEMENT) {
        let theirs = notification::in_college(college_id)
            .filter(Column::UserId.is_in(some.iter().copied()))
            .filter(Column::Kind.eq(kind))
            .filter(Column::CreatedAt.gte(since))
            .select_only()
            .column(Column::UserId)
            .distinct();
        told.extend(theirs.into_tuple::<Uuid>().all(database.reader()).await?);
    }
    Ok(told)
}

/// What somebody was told after a number, in order.
pub async fn list_after(
    database: &Database,
    college_id: Uuid,
    user_id: Uuid,
    after: i64,
    most: u64,
) -> Result<Vec<Model>, Problem> {
    let theirs = of(college_id, user_id).filter(Column::Seq.gt(after)).order_by_asc(Column::Seq).limit(most);
    Ok(theirs.all(database.reader()).await?)
}

/// The same up to a number and without what was read.
pub async fn list_unread(
    database: &Database,
    college_id: Uuid,
    user_id: Uuid,
    after: i64,
    up_to: i64,
    most: u64,
) -> Result<Vec<Model>, Problem> {
    let unread = of(college_id, user_id)
        .filter(Column::ReadAt.is_null())
        .filter(Column::Seq.gt(after))
        .filter(Column::Seq.lte(up_to))
        .order_by_asc(Column::Seq)
        .limit(most);
    Ok(unread.all(database.reader()).await?)
}

pub async fn count_unread(connection: &impl ConnectionTrait, college_id: Uuid, user_id: Uuid) -> Result<i32, Problem> {
    let unread = of(college_id, user_id).filter(Column::ReadAt.is_null()).count(connection).await?;
    Ok(convert::count(unread))
}

/// What one person was told.
pub fn of(college_id: Uuid, user_id: Uuid) -> notification::Find {
    notification::in_college(college_id).filter(Column::UserId.eq(user_id))
}

/// Marks these as read, or, where none are named, all.
pub async fn mark_read(
    tx: &Tx,
    college_id: Uuid,
    user_id: Uuid,
    ids: Vec<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let mut which = Condition::all().add(Column::UserId.eq(user_id)).add(Column::ReadAt.is_null());
    if !ids.is_empty() {
        which = which.add(Column::Id.is_in(ids));
    }
    notification::update_in_college(college_id)
        .col_expr(Column::ReadAt, Expr::value(now))
        .filter(which)
        .exec(tx)
        .await?;
    Ok(())
}

/// Takes into one letter what is due for somebody and in no other one. The same job takes the same again.
pub async fn claim_mail(
    tx: &Tx,
    college_id: Uuid,
    user_id: Uuid,
    job_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<Model>, Problem> {
    let free = Condition::any().add(Column::MailJobId.is_null()).add(Column::MailJobId.eq(job_id));
    let mut taken = notification::update_in_college(college_id)
        .col_expr(Column::MailJobId, Expr::value(job_id))
        .filter(Column::UserId.eq(user_id))
        .filter(Column::MailDueAt.lte(now))
        .filter(Column::MailedAt.is_null())
        .filter(free)
        .exec_with_returning(tx)
        .await?;
    taken.sort_unstable_by_key(|row| row.seq);
    Ok(taken)
}

/// What is due for somebody goes later, or not at all.
pub async fn put_mail_off(
    tx: &Tx,
    college_id: Uuid,
    user_id: Uuid,
    goes_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    notification::update_in_college(college_id)
        .col_expr(Column::MailDueAt, Expr::value(goes_at))
        .col_expr(Column::MailJobId, Expr::value(Option::<Uuid>::None))
        .filter(Column::UserId.eq(user_id))
        .filter(Column::MailDueAt.lte(now))
        .filter(Column::MailedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

pub async fn mark_mailed(
    tx: &Tx,
    college_id: Uuid,
    job_id: Uuid,
    ids: Vec<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    notification::update_in_college(college_id)
        .col_expr(Column::MailedAt, Expr::value(now))
        .filter(Column::Id.is_in(ids))
        .filter(Column::MailJobId.eq(job_id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets what was told before a time.
pub async fn purge(database: &Database, before: DateTime<Utc>) -> Result<(), Problem> {
    database
        .write(move |tx| {
            Box::pin(async move {
                notification::delete_before(before).exec(tx).await?;
                Ok(())
            })
        })
        .await
}
