//! The queries of the planner.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::super::store::{Writes, change_state, hold_locations, replan};
use crate::{
    entity::{
        session::{self, Column, EndReason, Model, State},
        timetable,
    },
    problem::Problem,
    store::{Database, Tx},
};

/// A row has some thirty columns, and SQLite takes some 32,000 parameters.
const ROWS: usize = 500;

/// Every slot of a college, in a lasting order.
pub async fn list_slot_ids(database: &Database, college_id: Uuid) -> Result<Vec<Uuid>, Problem> {
    let ids = timetable::in_college(college_id).order_by_asc(timetable::Column::Id);
    Ok(ids.select_only().column(timetable::Column::Id).into_tuple().all(database.reader()).await?)
}

pub async fn list_slots(tx: &Tx, college_id: Uuid, ids: &[Uuid]) -> Result<Vec<timetable::Model>, Problem> {
    let ids = ids.iter().copied();
    Ok(timetable::in_college(college_id).filter(timetable::Column::Id.is_in(ids)).all(tx).await?)
}

/// The sessions of some slots that lie ahead, and those of today or later in whatever state.
pub async fn list_held(
    tx: &Tx,
    college_id: Uuid,
    slot_ids: &[Uuid],
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Vec<Model>, Problem> {
    let ahead = Condition::all().add(Column::State.eq(State::Scheduled)).add(Column::PlannedStart.gt(now));
    let query = session::in_college(college_id)
        .filter(Column::TimetableId.is_in(slot_ids.iter().copied()))
        .filter(Column::OccurrenceDate.is_not_null())
        .filter(Condition::any().add(Column::OccurrenceDate.gte(today)).add(ahead));
    Ok(query.all(tx).await?)
}

/// Makes sessions. Whatever stands for the same day of the same slot is left alone.
pub async fn create(tx: &Tx, sessions: Vec<Model>) -> Result<(), Problem> {
    let there =
        OnConflict::columns([Column::CollegeId, Column::TimetableId, Column::OccurrenceDate]).do_nothing().to_owned();
    for some in sessions.chunks(ROWS) {
        let rows = some.iter().cloned().map(Into::into);
        session::insert(rows).on_conflict(there.clone()).exec_without_returning(tx).await?;
    }
    for session in sessions.iter().filter(|session| !session.also_location_ids.is_empty()) {
        let made = session::in_college(session.college_id).filter(Column::Id.eq(session.id));
        if made.one(tx).await?.is_some() {
            hold_locations(tx, session).await?;
        }
    }
    Ok(())
}

/// Changes sessions, and tells which were not started meanwhile.
pub async fn change(tx: &Tx, sessions: Vec<Model>, now: DateTime<Utc>) -> Result<Vec<Model>, Problem> {
    let mut changed = Vec::new();
    for wanted in sessions {
        changed.extend(replan(tx, &wanted, &[State::Scheduled], now).await?);
    }
    Ok(changed)
}

/// Cancels sessions that were not started meanwhile, and lets go of their days, which may come back. Tells which it were.
pub async fn cancel(
    tx: &Tx,
    college_id: Uuid,
    gone: Vec<(Uuid, EndReason)>,
    now: DateTime<Utc>,
) -> Result<Vec<Model>, Problem> {
    let mut cancelled: Vec<Model> = Vec::new();
    for (id, end_reason) in gone {
        let is_scheduled = lock_scheduled(tx, college_id, id).await?;
        if is_scheduled {
            let writes = Writes::Cancel { words: String::new(), end_reason };
            cancelled.extend(change_state(tx, college_id, id, writes, now).await?);
        }
    }
    let ids: BTreeSet<Uuid> = cancelled.iter().map(|session| session.id).collect();
    if !ids.is_empty() {
        session::update_in_college(college_id)
            .col_expr(Column::OccurrenceDate, Expr::value(Option::<NaiveDate>::None))
            .filter(Column::Id.is_in(ids))
            .exec(tx)
            .await?;
    }
    Ok(cancelled)
}

/// Whether a session still waits. Cancelling would take one that runs, too.
async fn lock_scheduled(tx: &Tx, college_id: Uuid, id: Uuid) -> Result<bool, Problem> {
    Ok(super::super::store::lock(tx, college_id, id).await?.state == State::Scheduled)
}
