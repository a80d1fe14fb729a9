//! The only way in which what a record says of attendance is made by hand or changed: lock the session → count the event → write the
//! records → write the history.
//!
//! Every writer of a session's records locks the session's row first, as a check-in does. So what was read after the lock is
//! what is changed, and two writers never wait for each other in a circle.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DbErr, ExprTrait as _, IntoActiveModel as _, QueryFilter as _,
    sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    checkin::{check_in_id_reused, status_name},
    entity::{
        attendance_record::{self, Column, Model as Record, Review, Status},
        record_change::{self, ActorKind, Source},
        session,
    },
    problem::Problem,
    session::{RESOURCE as SESSION, repay},
    store::{ROWS_PER_STATEMENT, Tx, constraint},
    tally,
};

/// Who changes records, and why.
#[derive(Clone, Debug)]
pub struct Cause {
    /// None: the server.
    pub by: Option<Uuid>,
    pub source: Source,
    pub reason: String,
    pub at: DateTime<Utc>,
}

/// What is to become of the records of one session. Each student is in it once.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Students without a record, and what theirs will say.
    pub made: Vec<(Uuid, Status)>,
    /// Records, and what they will say. They were read after the session was locked.
    pub changed: Vec<(Record, Status)>,
}

/// Changes one record of a session that is locked.
pub async fn change(
    tx: &Tx,
    session: &session::Model,
    record: Record,
    to: Status,
    cause: &Cause,
) -> Result<Record, Problem> {
    let id = record.id;
    let changes = Changes { changed: vec![(record, to)], ..Changes::default() };
    let found = change_many(tx, session, changes, cause).await?.into_iter().find(|record| record.id == id);
    found.ok_or_else(|| Problem::internal("a record that was changed is not among the changed"))
}

/// Makes and changes records of a session that is locked, as one of its events. Gives them as they are now, those that were
/// made first; nothing is written where there is nothing to do.
pub async fn change_many(
    tx: &Tx,
    session: &session::Model,
    Changes { made, changed }: Changes,
    cause: &Cause,
) -> Result<Vec<Record>, Problem> {
    if made.is_empty() && changed.is_empty() {
        return Ok(Vec::new());
    }
    let session = raise(tx, session).await?;
    let made = made.into_iter().map(|(student_id, status)| Record::of(&session, student_id, status, cause.at));
    let mut records: Vec<Record> = made.collect();
    let mut history: Vec<_> = records.iter().map(|record| row(record, None, cause)).collect();
    for some in records.chunks(ROWS_PER_STATEMENT / 2) {
        attendance_record::insert(some.iter().cloned().map(Into::into)).exec_without_returning(tx).await?;
    }
    update(tx, &session, &changed, cause.at).await?;
    for (before, to) in changed {
        let after = Record {
            status: to,
            late_by_seconds: late_by_seconds(&before, to),
            event_seq: session.event_seq,
            updated_at: cause.at,
            ..before.clone()
        };
        history.push(row(&after, Some(&before), cause));
        records.push(after);
    }
    for some in history.chunks(ROWS_PER_STATEMENT) {
        record_change::insert(some.iter().cloned().map(Into::into)).exec_without_returning(tx).await?;
    }
    repay(tx, &session).await?;
    tally::recount(tx, &session, records.iter().map(|record| record.student_id)).await?;
    Ok(records)
}

/// Says how the review of a check-in stands, and what the record says now, as one event of a session that is locked.
pub async fn judge(
    tx: &Tx,
    session: &session::Model,
    record: Record,
    review: Review,
    (to, late_by_seconds): (Status, i32),
    cause: &Cause,
) -> Result<Record, Problem> {
    let record = match record.status == to {
        true => Record { event_seq: raise(tx, session).await?.event_seq, updated_at: cause.at, ..record },
        false => change(tx, session, record, to, cause).await?,
    };
    attendance_record::update_in_college(record.college_id)
        .col_expr(Column::Review, Expr::value(review))
        .col_expr(Column::LateBySeconds, Expr::value(late_by_seconds))
        .col_expr(Column::EventSeq, Expr::value(record.event_seq))
        .col_expr(Column::UpdatedAt, Expr::value(cause.at))
        .filter(Column::Id.eq(record.id))
        .exec(tx)
        .await?;
    Ok(Record { review, late_by_seconds, ..record })
}

/// Writes a check-in down that came after the session's roll may have been made: as a new record, or in the place of one that says that nobody
/// was there. It keeps that one's id, and the history keeps what it said. As one event of a session that is locked.
pub async fn hand_in(
    tx: &Tx,
    session: &session::Model,
    before: Option<Record>,
    check_in: Record,
    cause: &Cause,
) -> Result<Record, Problem> {
    let session = raise(tx, session).await?;
    let reused = |error: DbErr| match constraint::broken_unique(&error) {
        Some("uq_attendance_records_check_in") => check_in_id_reused(),
        _ => error.into(),
    };
    if session.traces_removed_at.is_some() {
        // It comes after the others' were taken out, and has to be found too.
        session::update_in_college(session.college_id)
            .col_expr(session::Column::TracesRemovedAt, Expr::value(Option::<DateTime<Utc>>::None))
            .filter(session::Column::Id.eq(session.id))
            .exec(tx)
            .await?;
    }
    let mut record = Record { event_seq: session.event_seq, updated_at: cause.at, ..check_in };
    match before {
        None => {
            attendance_record::insert([record.clone().into()]).exec_without_returning(tx).await.map_err(reused)?;
        }
        Some(before) => {
            (record.id, record.created_at) = (before.id, before.created_at);
            (record.repaid_by_session_id, record.is_counted) = (before.repaid_by_session_id, before.is_counted);
            record.clone().into_active_model().reset_all().update(tx).await.map_err(reused)?;
            if record.status != before.status {
                let row = row(&record, Some(&before), cause);
                record_change::insert([row.into()]).exec_without_returning(tx).await?;
            }
        }
    }
    repay(tx, &session).await?;
    tally::recount(tx, &session, [record.student_id]).await?;
    Ok(record)
}

/// Counts an event of the session.
async fn raise(tx: &Tx, session: &session::Model) -> Result<session::Model, Problem> {
    let raised = session::update_in_college(session.college_id)
        .col_expr(session::Column::EventSeq, Expr::col(session::Column::EventSeq).add(1))
        .filter(session::Column::Id.eq(session.id))
        .exec_with_returning(tx)
        .await?;
    raised.into_iter().next().ok_or_else(|| Problem::not_found(SESSION))
}

/// One statement for all that become the same, however many they are.
async fn update(
    tx: &Tx,
    session: &session::Model,
    changed: &[(Record, Status)],
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let mut alike: BTreeMap<&str, (Status, Vec<Uuid>)> = BTreeMap::new();
    for (record, to) in changed {
        alike.entry(status_name(*to)).or_insert((*to, Vec::new())).1.push(record.id);
    }
    for (to, ids) in alike.into_values() {
        for some in ids.chunks(ROWS_PER_STATEMENT) {
            let mut statement = attendance_record::update_in_college(session.college_id)
                .col_expr(Column::Status, Expr::value(to))
                .col_expr(Column::EventSeq, Expr::value(session.event_seq))
                .col_expr(Column::UpdatedAt, Expr::value(now))
                .filter(Column::SessionId.eq(session.id))
                .filter(Column::Id.is_in(some.iter().copied()));
            if to != Status::Late {
                statement = statement.col_expr(Column::LateBySeconds, Expr::value(0));
            }
            let done = statement.exec(tx).await?;
            if done.rows_affected != some.len() as u64 {
                return Err(Problem::internal("a record that was to be changed is not in its session"));
            }
        }
    }
    Ok(())
}

/// Who is not late is late by nothing. Who becomes late by hand keeps what was measured.
fn late_by_seconds(before: &Record, to: Status) -> i32 {
    if to == Status::Late { before.late_by_seconds } else { 0 }
}

fn row(after: &Record, before: Option<&Record>, cause: &Cause) -> record_change::Model {
    record_change::Model {
        college_id: after.college_id,
        id: Uuid::now_v7(),
        record_id: after.id,
        session_id: after.session_id,
        student_id: after.student_id,
        event_seq: after.event_seq,
        changed_by: cause.by,
        actor_kind: if cause.by.is_some() { ActorKind::User } else { ActorKind::Server },
        from_status: before.map(|before| before.status),
        to_status: after.status,
        from_late_by_seconds: before.map_or(0, |before| before.late_by_seconds),
        reason: cause.reason.clone(),
        source: cause.source,
        changed_at: cause.at,
    }
}
