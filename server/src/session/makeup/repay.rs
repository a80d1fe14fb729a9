//! What attending a makeup session for some students does to the absences that they owed: each is marked as repaid, and stays
//! what it was.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait as _, ExprTrait as _, QueryFilter as _, QuerySelect as _, sea_query::Expr};
use uuid::Uuid;

use crate::{
    entity::{
        attendance_record::{self, Column, Status},
        session::{self, Model, State},
    },
    problem::Problem,
    store::{ROWS_PER_STATEMENT, Tx},
    tally,
};

/// Brings the absences of the session that a makeup session is for into line with who attended it: at its end, and after each
/// change of its records. The makeup session is locked.
pub async fn repay(tx: &Tx, makeup: &Model) -> Result<(), Problem> {
    let Some(original) = makeup.makes_up_session_id else { return Ok(()) };
    if !makeup.has_participants || makeup.state != State::Completed {
        return Ok(());
    }
    let college_id = makeup.college_id;
    let attended = attendance_record::in_college(college_id)
        .filter(Column::SessionId.eq(makeup.id))
        .filter(Column::Status.is_in([Status::Present, Status::Late]));
    let attended: BTreeSet<Uuid> =
        attended.select_only().column(Column::StudentId).into_tuple().all(tx).await?.into_iter().collect();
    let of_original = attendance_record::in_college(college_id).filter(Column::SessionId.eq(original));
    let repaid: BTreeSet<Uuid> = of_original
        .filter(Column::RepaidBySessionId.eq(makeup.id))
        .select_only()
        .column(Column::StudentId)
        .into_tuple()
        .all(tx)
        .await?
        .into_iter()
        .collect();
    count_attendance_only(tx, makeup).await?;
    let now_repaid: Vec<_> = attended.difference(&repaid).copied().collect();
    let owing_again: Vec<_> = repaid.difference(&attended).copied().collect();
    if now_repaid.is_empty() && owing_again.is_empty() {
        return Ok(());
    }
    // Everybody who changes records of two sessions locks that which makes up for the other one first.
    let raised = session::update_in_college(college_id)
        .col_expr(session::Column::EventSeq, Expr::col(session::Column::EventSeq).add(1))
        .filter(session::Column::Id.eq(original))
        .exec_with_returning(tx)
        .await?;
    let Some(original) = raised.into_iter().next() else { return Ok(()) };
    let concerned = [now_repaid.as_slice(), &owing_again].concat();
    for (students, paid_by) in [(now_repaid, Some(makeup.id)), (owing_again, None)] {
        let was = match paid_by {
            Some(_) => Column::RepaidBySessionId.is_null(),
            None => Column::RepaidBySessionId.eq(makeup.id),
        };
        for some in students.chunks(ROWS_PER_STATEMENT) {
            attendance_record::update_in_college(college_id)
                .col_expr(Column::RepaidBySessionId, Expr::value(paid_by))
                .col_expr(Column::IsCounted, Expr::value(paid_by.is_none()))
                .col_expr(Column::EventSeq, Expr::value(original.event_seq))
                .filter(Column::SessionId.eq(original.id))
                .filter(Column::StudentId.is_in(some.iter().copied()))
                .filter(was.clone())
                .exec(tx)
                .await?;
        }
    }
    tally::recount(tx, &original, concerned).await
}

/// Who misses a makeup session too has missed one session: the one that it was for, which counts already.
async fn count_attendance_only(tx: &Tx, makeup: &Model) -> Result<(), Problem> {
    let attended = [Status::Present, Status::Late];
    for (is_counted, which) in [(true, Column::Status.is_in(attended)), (false, Column::Status.is_not_in(attended))] {
        attendance_record::update_in_college(makeup.college_id)
            .col_expr(Column::IsCounted, Expr::value(is_counted))
            .filter(Column::SessionId.eq(makeup.id))
            .filter(Column::IsCounted.ne(is_counted))
            .filter(which)
            .exec(tx)
            .await?;
    }
    tally::count(tx, makeup).await
}
