//! The queries of this slice.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, ExprTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{RESOURCE, rules::Move};
use crate::{
    entity::{
        attendance_record::{self, Model as Record, Status},
        session::{self, Column, Model, State},
    },
    organisation::{self, Membership},
    problem::Problem,
    store::{Database, Tx},
};

pub async fn find(database: &Database, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    find_in(database.reader(), college_id, id).await
}

pub async fn find_in(connection: &impl ConnectionTrait, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let session = session::in_college(college_id).filter(Column::Id.eq(id)).one(connection).await?;
    session.ok_or_else(|| Problem::not_found(RESOURCE))
}

pub async fn list_active_at(database: &Database, college_id: Uuid, location_id: Uuid) -> Result<Vec<Model>, Problem> {
    let active = session::in_college(college_id).filter(Column::State.eq(State::Active));
    Ok(active.filter(Column::LocationId.eq(location_id)).all(database.reader()).await?)
}

pub async fn list_active_of(
    database: &Database,
    college_id: Uuid,
    memberships: &[Membership],
) -> Result<Vec<Model>, Problem> {
    let active = session::in_college(college_id).filter(Column::State.eq(State::Active));
    Ok(active.filter(planned_within(memberships)).all(database.reader()).await?)
}

/// Sessions that are planned for a time in which somebody belongs to their division. Nobody's memberships hold none.
pub fn planned_within(memberships: &[Membership]) -> Condition {
    // An empty `any` would hold for every row.
    let none = Condition::any().add(Expr::value(false));
    memberships.iter().fold(none, |any, membership| {
        let from = Condition::all()
            .add(Column::DivisionId.eq(membership.division_id))
            .add(Column::PlannedStart.gte(membership.from));
        any.add(match membership.before {
            Some(before) => from.add(Column::PlannedStart.lt(before)),
            None => from,
        })
    })
}

pub async fn insert(tx: &Tx, session: Model) -> Result<(), Problem> {
    session::insert([session.into()]).exec_without_returning(tx).await?;
    Ok(())
}

/// Moves a session, if it stands where the move leads out of. One statement decides.
pub async fn change_state(
    tx: &Tx,
    college_id: Uuid,
    id: Uuid,
    wanted: Move,
    cancel_reason: &str,
    now: DateTime<Utc>,
) -> Result<Option<Model>, Problem> {
    let next_seq = || Expr::col(Column::EventSeq).add(1);
    let mut change = session::update_in_college(college_id)
        .col_expr(Column::State, Expr::value(wanted.target()))
        .col_expr(Column::EventSeq, next_seq())
        .col_expr(Column::StateSeq, next_seq())
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::State.is_in(wanted.sources().iter().copied()));
    change = match wanted {
        Move::Start => change.col_expr(Column::StartedAt, Expr::value(now)),
        Move::End => change.col_expr(Column::EndedAt, Expr::value(now)),
        Move::Cancel => change
            .col_expr(Column::EndedAt, Expr::value(now))
            .col_expr(Column::CancelReason, Expr::value(cancel_reason)),
    };
    Ok(change.exec_with_returning(tx).await?.pop())
}

/// Marks everyone absent who was enrolled on the day of the session, is active now and has no record, as part of the event
/// that ended it.
pub async fn mark_absent(tx: &Tx, session: &Model) -> Result<(), Problem> {
    let day = organisation::day_in(&session.time_zone, session.planned_start);
    let students = organisation::students_on(tx, session.college_id, session.division_id, day).await?;
    let present: HashSet<Uuid> = attendance_record::in_college(session.college_id)
        .filter(attendance_record::Column::SessionId.eq(session.id))
        .select_only()
        .column(attendance_record::Column::StudentId)
        .into_tuple()
        .all(tx)
        .await?
        .into_iter()
        .collect();
    let at = session.ended_at.unwrap_or(session.updated_at);
    let absent = students.into_iter().filter(|id| !present.contains(id));
    // Ids are made here and not by the database, which knows no UUIDv7 before PostgreSQL 18.
    let records: Vec<attendance_record::ActiveModel> =
        absent.map(|id| Record::of(session, id, Status::Absent, at).into()).collect();
    for chunk in records.chunks(500) {
        attendance_record::insert(chunk.iter().cloned())
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}
