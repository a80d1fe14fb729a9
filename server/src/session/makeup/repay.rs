//! What attending a makeup session for some students does to the absences that they owed: each is marked as repaid, stays what
//! it was, and is not counted. Of those who miss a session and its makeup session one absence is counted, and not two.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::Expr};
use uuid::Uuid;

use super::super::store::lock;
use crate::{
    entity::{
        attendance_record::{self, Column, Status},
        session::{self, Model, State},
    },
    problem::Problem,
    store::{ROWS_PER_STATEMENT, Tx},
    tally,
};

/// A record of the session, or of one that makes up for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    id: Uuid,
    session_id: Uuid,
    student_id: Uuid,
    status: Status,
    standing: Standing,
}

/// What a record says beside its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Standing {
    repaid_by: Option<Uuid>,
    is_counted: bool,
}

/// Brings the records of a session and of those that make up for it into line, after one of them was ended or its records were
/// changed. It is locked, and not counted yet. Whoever changes records of both locks the makeup session, then its original,
/// and counts after that.
pub async fn repay(tx: &Tx, session: &Model) -> Result<(), Problem> {
    if session.state != State::Completed {
        return Ok(());
    }
    let original = match session.makes_up_session_id.filter(|_| session.has_participants) {
        Some(id) => lock(tx, session.college_id, id).await?,
        None => session.clone(),
    };
    let makeups = list_makeups(tx, &original).await?;
    if makeups.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = makeups.iter().map(|makeup| makeup.id).collect();
    let changes = decide(original.id, &ids, &list_entries(tx, &original, &ids).await?);
    if changes.is_empty() {
        return Ok(());
    }
    let original = if original.id == session.id { original } else { raise(tx, &original).await? };
    write(tx, &original, &changes).await?;
    for counted in makeups.iter().chain([&original]) {
        let students = changes.iter().filter(|(entry, _)| entry.session_id == counted.id);
        tally::recount(tx, counted, students.map(|(entry, _)| entry.student_id)).await?;
    }
    Ok(())
}

/// The records that are to stand differently, and how. The first makeup session that a student attended repays what they owe.
fn decide(original: Uuid, makeups: &[Uuid], entries: &[Entry]) -> Vec<(Entry, Standing)> {
    let owes = |status| matches!(status, Status::Absent | Status::Excused | Status::Pending);
    let attended = |makeup: Uuid, student: Uuid| {
        let of_student = |entry: &&Entry| entry.session_id == makeup && entry.student_id == student;
        entries.iter().find(of_student).is_some_and(|entry| !owes(entry.status))
    };
    let payers: BTreeMap<Uuid, Uuid> = entries
        .iter()
        .filter(|entry| entry.session_id == original && owes(entry.status))
        .filter_map(|entry| {
            let payer = makeups.iter().find(|makeup| attended(**makeup, entry.student_id))?;
            Some((entry.student_id, *payer))
        })
        .collect();
    let standing = |entry: &Entry| {
        let payer = payers.get(&entry.student_id).copied();
        match entry.session_id == original {
            true => Standing { repaid_by: payer, is_counted: payer.is_none() },
            false => Standing { repaid_by: None, is_counted: payer == Some(entry.session_id) },
        }
    };
    let changes = entries.iter().map(|entry| (*entry, standing(entry)));
    changes.filter(|(entry, wanted)| entry.standing != *wanted).collect()
}

/// The makeup sessions for some students that are over, in the order in which they were booked.
async fn list_makeups(tx: &Tx, original: &Model) -> Result<Vec<Model>, Problem> {
    let query = session::in_college(original.college_id)
        .filter(session::Column::MakesUpSessionId.eq(original.id))
        .filter(session::Column::HasParticipants.eq(true))
        .filter(session::Column::State.eq(State::Completed))
        .order_by_asc(session::Column::Id);
    Ok(query.all(tx).await?)
}

async fn list_entries(tx: &Tx, original: &Model, makeups: &[Uuid]) -> Result<Vec<Entry>, Problem> {
    let columns = [
        Column::Id,
        Column::SessionId,
        Column::StudentId,
        Column::Status,
        Column::RepaidBySessionId,
        Column::IsCounted,
    ];
    let query = attendance_record::in_college(original.college_id)
        .filter(Column::SessionId.is_in(makeups.iter().copied().chain([original.id])))
        .select_only()
        .columns(columns);
    let rows: Vec<(Uuid, Uuid, Uuid, Status, Option<Uuid>, bool)> = query.into_tuple().all(tx).await?;
    let entry = |(id, session_id, student_id, status, repaid_by, is_counted)| Entry {
        id,
        session_id,
        student_id,
        status,
        standing: Standing { repaid_by, is_counted },
    };
    Ok(rows.into_iter().map(entry).collect())
}

/// Counts an event of the original, whose records say something else now.
async fn raise(tx: &Tx, original: &Model) -> Result<Model, Problem> {
    let raised = session::update_in_college(original.college_id)
        .col_expr(session::Column::EventSeq, Expr::col(session::Column::EventSeq).add(1))
        .filter(session::Column::Id.eq(original.id))
        .exec_with_returning(tx)
        .await?;
    raised.into_iter().next().ok_or_else(|| Problem::not_found(super::super::RESOURCE))
}

/// One statement for all that come to stand alike.
async fn write(tx: &Tx, original: &Model, changes: &[(Entry, Standing)]) -> Result<(), Problem> {
    let mut alike: BTreeMap<(bool, Standing), Vec<Uuid>> = BTreeMap::new();
    for (entry, wanted) in changes {
        alike.entry((entry.session_id == original.id, *wanted)).or_default().push(entry.id);
    }
    for ((is_of_original, Standing { repaid_by, is_counted }), ids) in alike {
        for some in ids.chunks(ROWS_PER_STATEMENT) {
            let mut statement = attendance_record::update_in_college(original.college_id)
                .col_expr(Column::RepaidBySessionId, Expr::value(repaid_by))
                .col_expr(Column::IsCounted, Expr::value(is_counted))
                .filter(Column::Id.is_in(some.iter().copied()));
            if is_of_original {
                statement = statement.col_expr(Column::EventSeq, Expr::value(original.event_seq));
            }
            statement.exec(tx).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Absent, Excused, Late, Pending, Present};

    #[test]
    fn the_first_makeup_session_that_was_attended_repays_an_absence() {
        let id = Uuid::from_u128;
        let (original, first, second) = (id(1), id(2), id(3));
        // (in the original, in the first makeup session, in the second) → (who repays, which of the three are counted)
        let table = [
            (Absent, None, None, None, [true, false, false]),
            (Absent, Some(Present), None, Some(first), [false, true, false]),
            (Excused, Some(Late), None, Some(first), [false, true, false]),
            (Pending, Some(Absent), None, None, [true, false, false]),
            (Absent, Some(Absent), Some(Present), Some(second), [false, false, true]),
            (Absent, Some(Present), Some(Present), Some(first), [false, true, false]),
            // Who was there after all owes nothing, and is not counted twice.
            (Present, Some(Present), None, None, [true, false, false]),
            (Late, None, None, None, [true, false, false]),
        ];
        for (in_original, in_first, in_second, payer, counted) in table {
            let statuses = [(original, Some(in_original)), (first, in_first), (second, in_second)];
            // As nothing is, so that everything is told.
            let standing = Standing { repaid_by: Some(id(99)), is_counted: false };
            let entries: Vec<Entry> = statuses
                .into_iter()
                .filter_map(|(session_id, status)| {
                    Some(Entry { id: session_id, session_id, student_id: id(7), status: status?, standing })
                })
                .collect();
            let found = decide(original, &[first, second], &entries);
            assert_eq!(found.len(), entries.len());
            for (entry, wanted) in found {
                let place = entry.session_id.as_u128() as usize - 1;
                let repaid_by = if place == 0 { payer } else { None };
                assert_eq!(wanted, Standing { repaid_by, is_counted: counted[place] }, "{statuses:?} {place}");
            }
        }
    }

    #[test]
    fn what_stands_as_it_should_is_not_written() {
        let id = Uuid::from_u128;
        let standing = Standing { repaid_by: None, is_counted: true };
        let entry = Entry { id: id(5), session_id: id(1), student_id: id(7), status: Absent, standing };
        assert_eq!(decide(id(1), &[id(2)], &[entry]), []);
    }
}
