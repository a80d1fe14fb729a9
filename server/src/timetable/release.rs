//! The sessions of a slot that goes. Those that lie ahead are cancelled, and what never began lets go of the slot; what began
//! holds it, so that it cannot go. The college is locked, so that nobody plans by the slot meanwhile.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait as _, ExprTrait as _, QueryFilter as _, sea_query::Expr};
use uuid::Uuid;

use crate::{
    entity::session::{self, Column, EndReason, State},
    problem::Problem,
    store::Tx,
};

/// Tells which sessions were cancelled.
pub async fn release(tx: &Tx, college_id: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<Vec<Uuid>, Problem> {
    let next_seq = || Expr::col(Column::EventSeq).add(1);
    let cancelled = session::update_in_college(college_id)
        .col_expr(Column::State, Expr::value(State::Cancelled))
        .col_expr(Column::EndedAt, Expr::value(now))
        .col_expr(Column::EndReason, Expr::value(EndReason::SlotChanged))
        .col_expr(Column::EventSeq, next_seq())
        .col_expr(Column::StateSeq, next_seq())
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::TimetableId.eq(id))
        .filter(Column::State.eq(State::Scheduled))
        .filter(Column::PlannedStart.gt(now))
        .exec_with_returning(tx)
        .await?;
    session::update_in_college(college_id)
        .col_expr(Column::TimetableId, Expr::value(Option::<Uuid>::None))
        .col_expr(Column::OccurrenceDate, Expr::value(Option::<NaiveDate>::None))
        .filter(Column::TimetableId.eq(id))
        .filter(Column::State.eq(State::Cancelled))
        .filter(Column::StartedAt.is_null())
        .exec(tx)
        .await?;
    Ok(cancelled.into_iter().map(|session| session.id).collect())
}
