//! The queries of this slice, but for the list's own.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::Expr,
};
use uuid::Uuid;

use super::{RESOURCE, rules};
use crate::{
    entity::{
        attendance_record::Model as Record,
        excuse::{self, Column, Model, Status},
        record_change::Source,
        session,
    },
    problem::{ErrorReason, Problem},
    record::{self, Cause},
    store::{Database, Tx, constraint},
};

/// Of those whose time is over, so many are taken at once.
const EXPIRED_AT_ONCE: u64 = 100;

/// What was decided, by whom and when. None: nobody decided in time.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub status: Status,
    pub by: Option<Uuid>,
    pub reason: String,
    pub at: DateTime<Utc>,
}

pub async fn find_in(connection: &impl ConnectionTrait, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let found = excuse::in_college(college_id).filter(Column::Id.eq(id)).one(connection).await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}

/// The last excuse of a student for a session.
pub async fn find_last(database: &Database, record: &Record) -> Result<Model, Problem> {
    let found = excuse::in_college(record.college_id)
        .filter(Column::SessionId.eq(record.session_id))
        .filter(Column::StudentId.eq(record.student_id))
        .order_by_desc(Column::Id)
        .one(database.reader())
        .await?;
    found.ok_or_else(|| Problem::not_found(RESOURCE))
}

pub async fn insert(tx: &Tx, row: Model) -> Result<(), Problem> {
    excuse::insert([row.into()]).exec_without_returning(tx).await.map_err(refused)?;
    Ok(())
}

/// Decides, if it is still open: one statement, of many that try one does. `in_time` says whether its time may be over.
pub async fn decide(
    tx: &Tx,
    college_id: Uuid,
    id: Uuid,
    verdict: &Verdict,
    in_time: bool,
) -> Result<Option<Model>, Problem> {
    let mut change = excuse::update_in_college(college_id)
        .col_expr(Column::Status, Expr::value(verdict.status))
        .col_expr(Column::DecidedAt, Expr::value(verdict.at))
        .col_expr(Column::DecidedBy, Expr::value(verdict.by))
        .col_expr(Column::DecisionReason, Expr::value(verdict.reason.as_str()))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(Status::Open));
    change = change.filter(if in_time { Column::DecideBy.gt(verdict.at) } else { Column::DecideBy.lte(verdict.at) });
    Ok(change.exec_with_returning(tx).await?.pop())
}

/// Lets an excuse have its effect on the student's record, if there is one. The session is locked. Whether something changed.
pub async fn apply(
    tx: &Tx,
    session: &session::Model,
    excuse: &Model,
    by: Option<Uuid>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool, Problem> {
    let record = record::find_of(tx, excuse.college_id, session.id, excuse.student_id).await?;
    let effect = record.and_then(|record| Some((rules::effect(excuse.status, record.status)?, record)));
    let Some((to, record)) = effect else { return Ok(false) };
    let cause = Cause { by, source: Source::Excuse, reason: reason.to_owned(), at: now };
    record::change(tx, session, record, to, &cause).await?;
    Ok(true)
}

/// Open excuses whose time is over, of all colleges.
pub async fn list_expired(database: &Database, now: DateTime<Utc>) -> Result<Vec<Model>, Problem> {
    let expired = excuse::open_past(now).order_by_asc(Column::DecideBy).limit(EXPIRED_AT_ONCE);
    Ok(expired.all(database.reader()).await?)
}

/// Whether an excuse has a document.
pub async fn is_kept(database: &Database, key: Uuid) -> Result<bool, Problem> {
    Ok(excuse::with_document(key).one(database.reader()).await?.is_some())
}

fn refused(error: DbErr) -> Problem {
    match constraint::broken_unique(&error) {
        Some("uq_excuses_standing") => {
            let message = "There is an excuse for this session already, which is open or approved.";
            Problem::new(ErrorReason::AlreadyExists, message).with("resource", RESOURCE).with("field", "session_id")
        }
        _ => error.into(),
    }
}
