//! Flags that are found after a record was made. The record says so from then on, and staff look at it, again where they have before.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, ExprTrait as _, QueryFilter as _, sea_query::Expr};

use crate::{
    entity::{
        attendance_record::{self, Column, Model as Record, Review},
        evidence::Flag,
        session,
    },
    problem::Problem,
    store::Tx,
};

/// The record with one more flag.
pub fn flagged(mut record: Record, flag: Flag) -> Record {
    let flags = &mut record.flags.0;
    if !flags.contains(&flag) {
        flags.push(flag);
        flags.sort_unstable();
    }
    record.review = reopened(record.review);
    record
}

/// What was confirmed is looked at again: whoever confirmed it did not know this.
const fn reopened(review: Review) -> Review {
    match review {
        Review::None | Review::Confirmed => Review::Open,
        review => review,
    }
}

/// Writes flagged records down, under the lock of their session, as one event of it, so that who watches it sees it.
pub async fn store(tx: &Tx, session: &session::Model, flagged: Vec<Record>, now: DateTime<Utc>) -> Result<(), Problem> {
    if flagged.is_empty() {
        return Ok(());
    }
    let event_seq = session.event_seq + 1;
    session::update_in_college(session.college_id)
        .col_expr(session::Column::EventSeq, Expr::col(session::Column::EventSeq).add(1))
        .filter(session::Column::Id.eq(session.id))
        .exec(tx)
        .await?;
    for record in flagged {
        attendance_record::update_in_college(record.college_id)
            .col_expr(Column::Flags, Expr::value(sea_orm::Value::from(record.flags)))
            .col_expr(Column::Review, Expr::value(record.review))
            .col_expr(Column::EventSeq, Expr::value(event_seq))
            .col_expr(Column::UpdatedAt, Expr::value(now))
            .filter(Column::Id.eq(record.id))
            .exec(tx)
            .await?;
    }
    Ok(())
}
