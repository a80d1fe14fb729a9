//! The queries of this slice.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, ExprTrait as _, QueryFilter as _, QuerySelect as _, QueryTrait as _,
    sea_query::{Expr, LockType, OnConflict},
};
use uuid::Uuid;

use super::{RESOURCE, access::expected, rules::Move, standing::Standing};
use crate::{
    entity::{
        attendance_record::{self, Model as Record, Status},
        excuse,
        session::{self, Adherence, Column, EndReason, Model, State},
        session_location, session_participant,
    },
    organisation::Membership,
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
    student_id: Uuid,
    memberships: &[Membership],
) -> Result<Vec<Model>, Problem> {
    let active = session::in_college(college_id).filter(Column::State.eq(State::Active));
    Ok(active.filter(of_student(college_id, student_id, memberships)).all(database.reader()).await?)
}

/// The sessions that a student is to come to: those of their divisions, and those that they are a participant of.
pub fn of_student(college_id: Uuid, student_id: Uuid, memberships: &[Membership]) -> Condition {
    use session_participant::Column as Participant;
    let of_division = Condition::all().add(Column::HasParticipants.eq(false)).add(planned_within(memberships));
    let named = session_participant::in_college(college_id)
        .filter(Participant::StudentId.eq(student_id))
        .select_only()
        .column(Participant::SessionId);
    Condition::any().add(of_division).add(Column::Id.in_subquery(named.into_query()))
}

/// Sessions that are planned for a time in which somebody belongs to their division. Nobody's memberships hold none.
fn planned_within(memberships: &[Membership]) -> Condition {
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
    session::insert([session.clone().into()]).exec_without_returning(tx).await?;
    hold_locations(tx, &session).await
}

/// Keeps the other locations of a session from being deleted.
pub async fn hold_locations(tx: &Tx, session: &Model) -> Result<(), Problem> {
    let (college_id, session_id) = (session.college_id, session.id);
    let row = |location_id| session_location::Model { college_id, session_id, location_id }.into();
    let rows: Vec<session_location::ActiveModel> = session.also_location_ids.iter().map(row).collect();
    if !rows.is_empty() {
        session_location::insert(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Lets go of those that it had.
async fn release_locations(tx: &Tx, session: &Model) -> Result<(), Problem> {
    let held = session_location::delete_in_college(session.college_id);
    held.filter(session_location::Column::SessionId.eq(session.id)).exec(tx).await?;
    Ok(())
}

/// A session as it is now: nobody else can change it, or its records, until the transaction ends.
pub async fn lock(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<Model, Problem> {
    let query = session::in_college(college_id).filter(Column::Id.eq(id)).lock(LockType::NoKeyUpdate);
    query.one(tx).await?.ok_or_else(|| Problem::not_found(RESOURCE))
}

/// What a move writes beside the state.
#[derive(Clone, Debug)]
pub enum Writes {
    Start(Start),
    End(EndReason),
    Cancel { words: String, end_reason: EndReason },
}

/// How a session was started.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    pub adherence: Adherence,
    pub offset_seconds: i32,
    pub standing: Option<Standing>,
}

impl Writes {
    const fn wanted(&self) -> Move {
        match self {
            Self::Start(_) => Move::Start,
            Self::End(_) => Move::End,
            Self::Cancel { .. } => Move::Cancel,
        }
    }
}

/// Moves a session, if it stands where the move leads out of. One statement decides.
pub async fn change_state(
    tx: &Tx,
    college_id: Uuid,
    id: Uuid,
    writes: Writes,
    now: DateTime<Utc>,
) -> Result<Option<Model>, Problem> {
    let wanted = writes.wanted();
    let change = counted(session::update_in_college(college_id), now)
        .col_expr(Column::State, Expr::value(wanted.target()))
        .filter(Column::Id.eq(id))
        .filter(Column::State.is_in(wanted.sources().iter().copied()));
    let change = match writes {
        Writes::Start(Start { adherence, offset_seconds, standing }) => change
            .col_expr(Column::StartedAt, Expr::value(now))
            .col_expr(Column::StartAdherence, Expr::value(adherence))
            .col_expr(Column::StartOffsetSeconds, Expr::value(offset_seconds))
            .col_expr(Column::StartPosition, Expr::value(standing.map(|standing| standing.place)))
            .col_expr(Column::StartDistanceMeters, Expr::value(standing.map(|standing| standing.distance_meters))),
        Writes::End(end_reason) => {
            change.col_expr(Column::EndedAt, Expr::value(now)).col_expr(Column::EndReason, Expr::value(end_reason))
        }
        Writes::Cancel { words, end_reason } => change
            .col_expr(Column::EndedAt, Expr::value(now))
            .col_expr(Column::CancelReason, Expr::value(words))
            .col_expr(Column::EndReason, Expr::value(end_reason)),
    };
    Ok(change.exec_with_returning(tx).await?.pop())
}

/// Gives a session another plan, if it stands in one of these states.
pub async fn replan(tx: &Tx, wanted: &Model, states: &[State], now: DateTime<Utc>) -> Result<Option<Model>, Problem> {
    let changed = counted(session::update_in_college(wanted.college_id), now)
        .col_expr(Column::LocationId, Expr::value(wanted.location_id))
        .col_expr(Column::DivisionId, Expr::value(wanted.division_id))
        .col_expr(Column::TeacherId, Expr::value(wanted.teacher_id))
        .col_expr(Column::Subject, Expr::value(wanted.subject.as_str()))
        .col_expr(Column::PlannedStart, Expr::value(wanted.planned_start))
        .col_expr(Column::PlannedEnd, Expr::value(wanted.planned_end))
        .col_expr(Column::TimeZone, Expr::value(wanted.time_zone.as_str()))
        .col_expr(Column::OccurrenceDate, Expr::value(wanted.occurrence_date))
        .col_expr(Column::IsAdjusted, Expr::value(wanted.is_adjusted))
        .col_expr(Column::AlsoLocationIds, Expr::value(wanted.also_location_ids.clone()))
        .filter(Column::Id.eq(wanted.id))
        .filter(Column::State.is_in(states.iter().copied()))
        .exec_with_returning(tx)
        .await?;
    let changed = changed.into_iter().next();
    if let Some(changed) = &changed {
        release_locations(tx, changed).await?;
        hold_locations(tx, changed).await?;
    }
    Ok(changed)
}

/// A change of the session itself, counted as an event of it.
fn counted<E>(change: sea_orm::UpdateMany<E>, now: DateTime<Utc>) -> sea_orm::UpdateMany<E>
where
    E: sea_orm::EntityTrait<Column = Column>,
{
    let next_seq = || Expr::col(Column::EventSeq).add(1);
    change
        .col_expr(Column::EventSeq, next_seq())
        .col_expr(Column::StateSeq, next_seq())
        .col_expr(Column::UpdatedAt, Expr::value(now))
}

/// Marks everyone absent who was enrolled on the day of the session, is active now and has no record, as part of the event
/// that ended it. With an approved excuse they are excused instead, and pending with an open one.
pub async fn mark_absent(tx: &Tx, session: &Model) -> Result<(), Problem> {
    let students = expected(tx, session).await?;
    let present: HashSet<Uuid> = attendance_record::in_college(session.college_id)
        .filter(attendance_record::Column::SessionId.eq(session.id))
        .select_only()
        .column(attendance_record::Column::StudentId)
        .into_tuple()
        .all(tx)
        .await?
        .into_iter()
        .collect();
    // The session's row is locked, and whoever asks or decides locks it too: an excuse is seen here, or it finds the record.
    let excuses: HashMap<Uuid, excuse::Status> = excuse::standing(tx, session).await?.into_iter().collect();
    let status = |id| excuses.get(&id).map_or(Status::Absent, |excuse| excuse.of_absence());
    let at = session.ended_at.unwrap_or(session.updated_at);
    let absent = students.into_iter().filter(|id| !present.contains(id));
    // Ids are made here and not by the database, which knows no UUIDv7 before PostgreSQL 18.
    let records: Vec<attendance_record::ActiveModel> =
        absent.map(|id| Record::of(session, id, status(id), at).into()).collect();
    for chunk in records.chunks(500) {
        attendance_record::insert(chunk.iter().cloned())
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}
