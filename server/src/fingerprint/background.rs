//! What learns from sessions that are over, and takes away what is too old. What was heard in a session goes with the
//! transaction that learns from it, or finds nothing in it to learn.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    copies,
    learn::{self, Candidate, Learnt},
    store,
};
use crate::{
    clock::Clock,
    jobs::{Handler, Runner},
    problem::Problem,
    store::{Store, Tx, detach},
};

const LEARN: &str = "fingerprint.learn";
const LEARN_EVERY: TimeDelta = TimeDelta::minutes(1);
const CLEAN: &str = "fingerprint.clean";
const CLEAN_EVERY: TimeDelta = TimeDelta::hours(1);
/// Time for the teacher to correct what is wrong.
const AFTER_END: TimeDelta = TimeDelta::minutes(30);
/// In one run: the rest is for the next one.
const MOST: u64 = 200;
/// For so long a scan that is sent again is known.
const KEEP_SCANS: TimeDelta = TimeDelta::days(7);
/// For so long a room is what it was. Half a year without anybody in it is a room of which nothing is known.
const KEEP_REFERENCES: TimeDelta = TimeDelta::days(180);

/// Tells a runner how rooms learn.
pub fn handle_jobs(runner: Runner, store: &Store, clock: &Clock) -> Runner {
    let (learning, time) = (store.clone(), clock.clone());
    let learn = Handler::recurring(LEARN_EVERY, move || {
        let (store, now) = (learning.clone(), time.now());
        async move { learn_all(&store, now).await }
    });
    let (database, time) = (store.database.clone(), clock.clone());
    let clean = Handler::recurring(CLEAN_EVERY, move || {
        let (database, now) = (database.clone(), time.now());
        async move { store::delete_old(&database, now - KEEP_SCANS, now - KEEP_REFERENCES).await }
    });
    runner.handle(LEARN, learn).handle(CLEAN, clean)
}

/// What cannot be learnt of one session holds up no other.
async fn learn_all(store: &Store, now: DateTime<Utc>) -> Result<(), Problem> {
    let mut failed = Ok(());
    for (college_id, session_id) in store::list_sessions_to_learn(&store.database, now - AFTER_END, MOST).await? {
        let store = store.clone();
        let learnt = detach(async move {
            let work = store
                .database
                .write(move |tx| Box::pin(async move { learn_session(tx, college_id, session_id, now).await }));
            if let Some(location_id) = work.await? {
                copies::outdate(&store, college_id, location_id).await;
            }
            Ok(())
        });
        failed = failed.and(learnt.await);
    }
    failed
}

/// Learns from one session, and tells which room has changed by it.
async fn learn_session(
    tx: &Tx,
    college_id: Uuid,
    session_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, Problem> {
    let mut signals = store::take_signals(tx, college_id, session_id).await?;
    let Some(location_id) = store::find_place(tx, college_id, session_id).await? else { return Ok(None) };
    let records = store::list_records(tx, college_id, session_id).await?;
    let candidates = records.iter().filter(|record| record.location_id == location_id && learn::is_sure(record));
    let candidates: Vec<Candidate> = candidates
        .filter_map(|record| {
            let signals = signals.remove(&(record.student_id, record.check_in_id?))?;
            Some(Candidate { record_id: record.id, student_id: record.student_id, signals })
        })
        .collect();
    if candidates.is_empty() {
        return Ok(None);
    }
    let references = store::list_references_of_students(tx, college_id, location_id).await?;
    let Learnt { learnt, forgotten } = learn::choose(candidates, &references);
    if learnt.is_empty() && forgotten.is_empty() {
        return Ok(None);
    }
    store::change_references(tx, college_id, location_id, learnt, forgotten, now).await?;
    Ok(Some(location_id))
}
