//! What nobody did in time: sessions that were not started are cancelled, and those that were not ended are ended, with
//! everyone absent who has no record. Each in its own transaction, which looks again: another server may have been faster, and
//! a session may have been given another time.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde_json::json;
use uuid::Uuid;

use super::{
    RESOURCE,
    rules::Move,
    store::{Writes, lock},
    transition::{change, tell},
    window::{StartWindow, overdue},
};
use crate::{
    audit,
    entity::{
        college,
        session::{self, Column, EndReason, State},
    },
    organisation,
    problem::Problem,
    store::{Database, Store, Tx, detach},
};

/// The job.
pub const SWEEP: &str = "session.sweep";
pub const SWEEP_EVERY: TimeDelta = TimeDelta::seconds(20);
/// In one run, of one college: the rest is for the next one, so that no run outlasts its lease.
const MOST: u64 = 200;

/// Ends and cancels what is overdue in every college. What cannot be done to one session holds up no other.
pub async fn sweep(store: &Store, now: DateTime<Utc>) -> Result<(), Problem> {
    let mut failed = Ok(());
    for college_id in list_colleges(&store.database, now).await? {
        let college = organisation::find_college(&store.database, college_id).await?;
        for id in list_overdue(&store.database, &college, now).await? {
            let store = store.clone();
            let settled = detach(async move {
                let work =
                    store.database.write(move |tx| Box::pin(async move { settle(tx, college_id, id, now).await }));
                if work.await? {
                    tell(&store, college_id, id).await;
                }
                Ok(())
            });
            failed = failed.and(settled.await);
        }
    }
    failed
}

/// Does with a session what nobody did, if that is still so.
async fn settle(tx: &Tx, college_id: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<bool, Problem> {
    let college = organisation::find_college_in(tx, college_id).await?;
    let session = lock(tx, college_id, id).await?;
    let Some(end_reason) = overdue(&session, &college, now) else { return Ok(false) };
    let (wanted, writes, told) = match end_reason {
        EndReason::NotStarted => {
            let closes = StartWindow::of(&session, &college).closes;
            let detail = json!({"end_reason": "NOT_STARTED", "start_window_closed": closes});
            (Move::Cancel, Writes::Cancel { words: String::new(), end_reason }, detail)
        }
        _ => (Move::End, Writes::End(end_reason), json!({"end_reason": "NOT_ENDED"})),
    };
    if change(tx, college_id, id, writes, None, now).await?.is_none() {
        return Ok(false);
    }
    audit::insert(tx, audit::Row::new(college_id, wanted.action(), now).object(RESOURCE, id).detail(told)).await?;
    Ok(true)
}

/// The colleges that have something to look at.
async fn list_colleges(database: &Database, now: DateTime<Utc>) -> Result<BTreeSet<Uuid>, Problem> {
    let (to_start, to_end) = (session::of_every_college(State::Scheduled), session::of_every_college(State::Active));
    let mut colleges = BTreeSet::new();
    for query in [to_start.filter(Column::PlannedStart.lt(now)), to_end.filter(Column::PlannedEnd.lt(now))] {
        let ids = query.select_only().column(Column::CollegeId).distinct();
        colleges.extend(ids.into_tuple::<Uuid>().all(database.reader()).await?);
    }
    Ok(colleges)
}

/// A college's sessions that are overdue, those of the earliest plan first.
async fn list_overdue(database: &Database, college: &college::Model, now: DateTime<Utc>) -> Result<Vec<Uuid>, Problem> {
    let before = |minutes: i32| now - TimeDelta::minutes(minutes.into());
    let not_started = Condition::all().add(Column::State.eq(State::Scheduled)).add(
        Condition::any()
            .add(Column::PlannedStart.lt(before(college.start_late_minutes)))
            .add(Column::PlannedEnd.lt(now)),
    );
    let not_ended = Condition::all()
        .add(Column::State.eq(State::Active))
        .add(Column::PlannedEnd.lt(before(college.end_after_minutes)));
    let mut found = Vec::new();
    for overdue in [not_started, not_ended] {
        let query = session::in_college(college.id).filter(overdue).order_by_asc(Column::PlannedStart).limit(MOST);
        let ids = query.select_only().column(Column::Id);
        found.extend(ids.into_tuple::<Uuid>().all(database.reader()).await?);
    }
    Ok(found)
}
