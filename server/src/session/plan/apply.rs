//! Makes the sessions of a college what its timetable says: some slots at a time, each in a transaction that locks the college, so
//! that of two who plan the second finds everything done. The unique key of slot and day holds even without the lock.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{
    super::transition::tell,
    rules::{self, Changes},
    store,
};
use crate::{
    audit, calendar,
    entity::session::Model,
    notification::{self, Event},
    organisation::{self, Planning},
    problem::Problem,
    store::{Store, Tx, detach},
};

/// Slots in one transaction: the sessions of three months of them are written well within its deadline.
const SLOTS: usize = 200;
const DEADLINE: Duration = Duration::from_secs(30);

/// How many sessions were made, changed and cancelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub created: usize,
    pub changed: usize,
    pub cancelled: usize,
}

/// What one transaction did.
struct Done {
    created: usize,
    changed: Vec<Model>,
    cancelled: Vec<Model>,
}

/// Plans what a job or a caller names. `row` is the audit's, of whoever does it.
pub async fn plan(store: &Store, planning: Planning, row: &audit::Row, now: DateTime<Utc>) -> Result<Counts, Problem> {
    let Planning { college_id, timetable_id } = planning;
    let slots = match timetable_id {
        Some(id) => vec![id],
        None => store::list_slot_ids(&store.database, college_id).await?,
    };
    let mut counts = Counts::default();
    for some in slots.chunks(SLOTS) {
        let (store, some, row) = (store.clone(), some.to_vec(), row.another());
        let done = detach(async move {
            let work = store.database.write_within(DEADLINE, move |tx| {
                Box::pin(async move { plan_some(tx, college_id, &some, row, now).await })
            });
            let done = work.await?;
            for session in done.changed.iter().chain(&done.cancelled) {
                tell(&store, college_id, session.id).await;
            }
            Ok(done)
        });
        let done = done.await?;
        counts.created += done.created;
        counts.changed += done.changed.len();
        counts.cancelled += done.cancelled.len();
    }
    Ok(counts)
}

async fn plan_some(
    tx: &Tx,
    college_id: Uuid,
    slot_ids: &[Uuid],
    row: audit::Row,
    now: DateTime<Utc>,
) -> Result<Done, Problem> {
    let college = organisation::lock_college(tx, college_id).await?;
    let slots = store::list_slots(tx, college_id, slot_ids).await?;
    let today = organisation::day_in(&college.time_zone, now);
    let held = store::list_held(tx, college_id, slot_ids, today, now).await?;
    let before: HashMap<Uuid, Model> = held.iter().map(|session| (session.id, session.clone())).collect();
    let (from, to) = rules::days(&college, &held, now);
    let days_off = calendar::days_off(tx, college_id, from..=to).await?.dates();
    // Thousands of days are not for the threads that serve everybody else.
    let compare = move || rules::plan(&college, &slots, &days_off, held, now);
    let changes = tokio::task::spawn_blocking(compare).await.map_err(Problem::internal)?;
    let is_empty = changes.is_empty();
    let Changes { create, change, cancel } = changes;
    let created = create.len();
    // Days are let go of before others take them.
    let cancelled = store::cancel(tx, college_id, cancel, now).await?;
    let changed = store::change(tx, change, now).await?;
    store::create(tx, create).await?;
    let gone = cancelled.iter().filter_map(|session| Event::moved(session, None, now));
    let moved = changed.iter().filter_map(|session| Event::changed(before.get(&session.id)?, session, None, "", now));
    notification::raise(tx, gone.chain(moved)).await?;
    if !is_empty {
        let detail = json!({"created": created, "changed": changed.len(), "cancelled": cancelled.len()});
        audit::insert(tx, row.detail(detail)).await?;
    }
    Ok(Done { created, changed, cancelled })
}
