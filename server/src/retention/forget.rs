//! What shows where one person was, removed before its time: because they want it, or because they have gone.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ExprTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::{Expr, Query},
};

use super::{
    history::{self, Span},
    store,
};
use crate::{
    entity::{
        attendance_record::{Column, WAITING},
        check_in_attempt, session,
    },
    problem::Problem,
    store::Tx,
};

/// In one transaction.
const AT_ONCE: u64 = 200;

/// What of it stays.
#[derive(Clone, Copy, Debug)]
pub enum Keep {
    Nothing,
    /// What a review is open for, and what is of sessions that were not over before this time.
    Unsettled(DateTime<Utc>),
}

/// Removes some of it, and tells from how many check-ins; 0 where nothing is left.
pub async fn forget_some(tx: &Tx, span: Span, keep: Keep, now: DateTime<Utc>) -> Result<u64, Problem> {
    let records = history::records(span).filter(Column::TracesRemovedAt.is_null()).filter(settled(keep));
    let records = records.limit(AT_ONCE).all(tx).await?;
    store::delete_heard_with(tx, span, &records).await?;
    // A review may be opened meanwhile.
    let cleared = store::clear_records(tx, records, &undisputed(keep), now).await?;
    if cleared > 0 {
        return Ok(cleared);
    }
    let attempts = history::attempts(span).filter(check_in_attempt::Column::TracesRemovedAt.is_null());
    let attempts = match keep {
        Keep::Nothing => attempts,
        Keep::Unsettled(before) => attempts.filter(check_in_attempt::Column::AttemptedAt.lt(before)),
    };
    store::clear_attempts(tx, attempts.limit(AT_ONCE).all(tx).await?, now).await
}

/// What no review is open for.
fn undisputed(keep: Keep) -> Condition {
    match keep {
        Keep::Nothing => Condition::all(),
        Keep::Unsettled(_) => Condition::all().add(Column::Review.is_not_in(WAITING)),
    }
}

fn settled(keep: Keep) -> Condition {
    let Keep::Unsettled(before) = keep else { return Condition::all() };
    let over = Query::select()
        .expr(Expr::val(1))
        .from(session::Column::Id.entity_name())
        .and_where(Expr::col(session::Column::CollegeId.as_column_ref()).equals(Column::CollegeId.as_column_ref()))
        .and_where(Expr::col(session::Column::Id.as_column_ref()).equals(Column::SessionId.as_column_ref()))
        .and_where(session::Column::EndedAt.lt(before))
        .to_owned();
    undisputed(keep).add(Expr::exists(over))
}
