//! What takes away what is too old: college by college and session by session, each in a transaction of its own, so that none
//! holds up another and a run that is cut short has lost nothing.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use rand::seq::SliceRandom as _;
use uuid::Uuid;

use super::{
    forget::{Keep, forget_some},
    history::Span,
    rules,
    service::Service,
    store,
};
use crate::{
    entity::college::Model as College,
    jobs::{End, Failure, Handler, Job, Runner},
    people::{FORGET_PERSON, Gone},
    problem::Problem,
    session,
    store::{Database, Tx},
};

const SWEEP: &str = "retention.sweep";
const SWEEP_EVERY: TimeDelta = TimeDelta::minutes(10);
/// Well within what one try may take; the rest is for the next run.
const TURN: Duration = Duration::from_secs(20);
/// Of one college in one run: whoever shortens a long retention holds up nobody else.
const SESSIONS: u64 = 200;
/// In one transaction, which on SQLite nobody else writes beside, and in one run.
const ATTEMPTS_AT_ONCE: u64 = 200;
const ATTEMPTS: u64 = 2_000;

impl Service {
    /// Tells a runner how what is too old, or of somebody who has gone, is taken away.
    pub fn handle_jobs(&self, runner: Runner) -> Runner {
        let (old, gone) = (self.clone(), self.clone());
        let sweep = Handler::recurring(SWEEP_EVERY, move || {
            let service = old.clone();
            async move { sweep(&service.store.database, service.clock.now()).await }
        });
        let forget = Handler::new(move |job| {
            let service = gone.clone();
            async move { forget(&service.store.database, &job, service.clock.now()).await }
        });
        runner.handle(SWEEP, sweep).handle(FORGET_PERSON, forget)
    }
}

/// Takes away what shows where somebody was who has gone, whatever waits for it. What was begun and broke off is gone on with.
async fn forget(database: &Database, job: &Job, now: DateTime<Utc>) -> Result<End, Failure> {
    let Gone { college_id, user_id } = job.payload()?;
    let span = Span { college_id, user_id, from: None, before: None };
    loop {
        let work = database.write(move |tx| Box::pin(async move { forget_some(tx, span, Keep::Nothing, now).await }));
        if work.await? == 0 {
            return Ok(End::Done);
        }
    }
}

/// What cannot be done in one college holds up no other.
async fn sweep(database: &Database, now: DateTime<Utc>) -> Result<(), Problem> {
    let begun = Instant::now();
    let mut colleges = store::list_colleges(database).await?;
    // In another order each time, so that a run which ends early passes over nobody twice.
    colleges.shuffle(&mut rand::rng());
    let mut failed = Ok(());
    for college in colleges {
        if begun.elapsed() > TURN {
            break;
        }
        failed = failed.and(sweep_college(database, &college, begun, now).await);
    }
    failed
}

async fn sweep_college(
    database: &Database,
    college: &College,
    begun: Instant,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let Some(before) = rules::kept_since(college.retention_days, now) else { return Ok(()) };
    let college_id = college.id;
    // What cannot be done for one session holds up no other.
    let mut failed = Ok(());
    for id in store::list_sessions(database, college_id, before, SESSIONS).await? {
        if begun.elapsed() > TURN {
            return failed;
        }
        let work = database.write(move |tx| Box::pin(async move { clear(tx, college_id, id, now).await }));
        failed = failed.and(work.await);
    }
    let mut cleared = 0;
    while cleared < ATTEMPTS && begun.elapsed() < TURN {
        let work = database.write(move |tx| {
            Box::pin(async move { store::clear_old_attempts(tx, college_id, before, ATTEMPTS_AT_ONCE, now).await })
        });
        match work.await? {
            0 => break,
            more => cleared += more,
        }
    }
    let heard = database.write(move |tx| Box::pin(async move { store::delete_heard(tx, college_id, before).await }));
    failed.and(heard.await)
}

/// Another server may have been faster.
async fn clear(tx: &Tx, college_id: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<(), Problem> {
    let session = session::lock(tx, college_id, id).await?;
    match session.traces_removed_at {
        None => store::clear_session(tx, &session, now).await,
        Some(_) => Ok(()),
    }
}
