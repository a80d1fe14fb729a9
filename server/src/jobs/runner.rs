//! Takes jobs and does them, a few at a time: when a notice says that there are some, and every now and then without one.

use std::{collections::BTreeMap, pin::Pin, sync::Arc, time::Duration};

use chrono::TimeDelta;
use tokio::{
    sync::{
        OwnedSemaphorePermit, Semaphore,
        broadcast::{Receiver, error::RecvError},
    },
    task::JoinSet,
    time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;

use super::{End, Failure, Job, retry, store};
use crate::{
    clock::Clock,
    entity::job::Model,
    problem::Problem,
    store::{Database, Notice, Store},
};

/// At once, of one kind in one server: what hangs, or is many, must not hold up what is of another kind.
const SLOTS: usize = 4;
/// The same of jobs that do little but wait for somebody else's system.
const WIDE_SLOTS: usize = 32;
const POLL: Duration = Duration::from_secs(2);
/// How long one try may take. The lease outlasts it by more than a write can take, so that nobody else begins meanwhile.
const TRY: Duration = Duration::from_secs(40);
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// What is not done by then when the server stops comes again when its lease ends. Orchestrators kill after ten seconds.
const DRAIN: Duration = Duration::from_secs(8);
/// How long a job that was given up is kept, with its error and without what it was about.
const KEEP_DEAD: TimeDelta = TimeDelta::days(30);
const CLEAN: &str = "jobs.clean";
const CLEAN_EVERY: TimeDelta = TimeDelta::hours(1);

type Work = Pin<Box<dyn Future<Output = Result<End, Failure>> + Send>>;

/// How jobs of one kind are done.
#[derive(Clone)]
pub struct Handler {
    run: Arc<dyn Fn(Job) -> Work + Send + Sync>,
    /// Of a recurring job, of which there is one.
    every: Option<TimeDelta>,
    slots: Arc<Semaphore>,
}

impl Handler {
    pub fn new<F>(run: impl Fn(Job) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<End, Failure>> + Send + 'static,
    {
        Self { run: Arc::new(move |job| Box::pin(run(job))), every: None, slots: Arc::new(Semaphore::new(SLOTS)) }
    }

    /// Of jobs that do little but wait for somebody else's system.
    pub fn wide<F>(run: impl Fn(Job) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<End, Failure>> + Send + 'static,
    {
        Self { slots: Arc::new(Semaphore::new(WIDE_SLOTS)), ..Self::new(run) }
    }

    /// Of a job that comes again and again, on one of the servers each time.
    pub fn recurring<F>(every: TimeDelta, run: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), Problem>> + Send + 'static,
    {
        let run = move |_| {
            let work = run();
            Box::pin(async move { work.await.map(|()| End::Done).map_err(Failure::from) }) as Work
        };
        Self { run: Arc::new(run), every: Some(every), slots: Arc::new(Semaphore::new(1)) }
    }
}

/// Does jobs of the kinds that it has handlers for; what it does not know is left to newer servers.
pub struct Runner {
    store: Store,
    clock: Clock,
    handlers: BTreeMap<&'static str, Handler>,
}

impl Runner {
    pub fn new(store: Store, clock: Clock) -> Self {
        let (database, time) = (store.database.clone(), clock.clone());
        let clean = Handler::recurring(CLEAN_EVERY, move || {
            let (database, before) = (database.clone(), time.now() - KEEP_DEAD);
            async move { store::delete_dead(&database, before).await }
        });
        Self { store, clock, handlers: BTreeMap::new() }.handle(CLEAN, clean)
    }

    #[must_use]
    pub fn handle(mut self, kind: &'static str, handler: Handler) -> Self {
        self.handlers.insert(kind, handler);
        self
    }

    /// Runs until `stop`, and then until what was begun is done.
    pub async fn run(self, stop: CancellationToken) {
        let mut notices = self.store.bus.listen();
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut running = JoinSet::new();
        let mut has_recurring = false;
        loop {
            if !has_recurring {
                has_recurring = self.plant().await.is_ok();
            }
            // What cannot be taken now, because the database does not answer, is taken after the next tick.
            for (handler, slot, job) in self.take().await.unwrap_or_default() {
                running.spawn(work(self.store.database.clone(), self.clock.clone(), handler, slot, job));
            }
            tokio::select! {
                () = stop.cancelled() => break,
                _ = poll.tick() => {}
                () = news(&mut notices) => {}
                Some(_) = running.join_next() => {}
            }
        }
        let drained = tokio::time::timeout(DRAIN, async { while running.join_next().await.is_some() {} });
        if drained.await.is_err() {
            tracing::warn!(jobs = running.len(), "jobs were cut off; they come again when their leases end");
        }
    }

    async fn plant(&self) -> Result<(), Problem> {
        for (kind, handler) in &self.handlers {
            if handler.every.is_some() {
                let job = store::fresh(kind, serde_json::json!({}), self.clock.now());
                let job = Model { unique_key: Some((*kind).to_owned()), ..job };
                store::insert_once(&self.store.database, job).await?;
            }
        }
        Ok(())
    }

    /// As much of each kind as there is room for.
    async fn take(&self) -> Result<Vec<(Handler, OwnedSemaphorePermit, Model)>, Problem> {
        let (database, now) = (&self.store.database, self.clock.now());
        let has_room = |(_, handler): &(_, &Handler)| handler.slots.available_permits() > 0;
        let kinds = self.handlers.iter().filter(has_room).map(|(kind, _)| *kind);
        let mut taken = Vec::new();
        for kind in store::due_kinds(database, kinds, now).await? {
            let Some(handler) = self.handlers.get(kind.as_str()) else { continue };
            let room = handler.slots.available_permits() as u64;
            // What was taken of another kind is done all the same.
            for job in store::take(database, kind, room, LEASE, now).await.unwrap_or_default() {
                if let Ok(slot) = Arc::clone(&handler.slots).try_acquire_owned() {
                    taken.push((handler.clone(), slot, job));
                }
            }
        }
        Ok(taken)
    }
}

/// Waits until there is something to do, as far as notices tell.
async fn news(notices: &mut Receiver<Notice>) {
    loop {
        match notices.recv().await {
            Ok(Notice::JobWaiting | Notice::Gap) | Err(RecvError::Lagged(_)) => return,
            Ok(_) => {}
            // The bus is gone with the server; what ends the runner is `stop`.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// One try at one job.
async fn work(database: Database, clock: Clock, handler: Handler, _slot: OwnedSemaphorePermit, job: Model) {
    let kind = job.kind.clone();
    let result = if job.attempts > retry::MAX_ATTEMPTS && handler.every.is_none() {
        Err(Failure::Permanent("every try was cut off".to_owned()))
    } else {
        // A task of its own: a handler that panics must not take the job's bookkeeping with it.
        let mut tried = tokio::spawn((handler.run)(Job(job.clone())));
        match tokio::time::timeout(TRY, &mut tried).await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(Failure::Passing(format!("it broke off: {panic}"))),
            Err(_) => {
                tried.abort();
                Err(Failure::Passing(format!("it took longer than {TRY:?}")))
            }
        }
    };
    let told = match &result {
        Ok(_) => "done",
        Err(Failure::Passing(_)) => "failed",
        Err(Failure::Permanent(_)) => "given up",
    };
    metrics::counter!("rollcall_jobs_total", "kind" => kind.clone(), "result" => told).increment(1);
    let id = job.id;
    if let Err(problem) = settle(&database, &clock, &handler, job, result).await {
        // The lease ends, and then it is tried again.
        tracing::warn!(%kind, %id, error = %problem, "the end of a job could not be written");
    }
}

async fn settle(
    database: &Database,
    clock: &Clock,
    handler: &Handler,
    job: Model,
    result: Result<End, Failure>,
) -> Result<(), Problem> {
    let now = clock.now();
    match (result, handler.every) {
        (Ok(End::Finished), _) => Ok(()),
        (Ok(End::Done), Some(every)) => store::again(database, job, now + every).await,
        (Ok(End::Done), None) => {
            database.write(move |tx| Box::pin(async move { store::delete(tx, &job).await.map(|_| ()) })).await
        }
        (Err(failure), every) => {
            let back = put_back(job, failure, every, now);
            // What the row keeps may name an address, so the log does not.
            tracing::warn!(
                kind = %back.kind, id = %back.id, attempts = back.attempts, dead = back.dead_at.is_some(), "a job failed"
            );
            store::put_back(database, back).await
        }
    }
}

/// A job after a try that failed. One that recurs is never given up.
fn put_back(job: Model, failure: Failure, every: Option<TimeDelta>, now: chrono::DateTime<chrono::Utc>) -> Model {
    let (error, is_permanent) = match failure {
        Failure::Passing(error) => (error, false),
        Failure::Permanent(error) => (error, true),
    };
    let wait = retry::delay(job.attempts, rand::random());
    let is_dead = every.is_none() && (is_permanent || job.attempts >= retry::MAX_ATTEMPTS);
    Model {
        // Nobody does it any more, so nobody needs to know whom it was about.
        payload: if is_dead { serde_json::json!({}) } else { job.payload },
        due_at: now + every.map_or(wait, |every| wait.min(every)),
        last_error: Some(error.chars().take(500).collect()),
        dead_at: is_dead.then_some(now),
        ..job
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_comes_again_until_it_is_given_up() {
        let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).expect("it is a time");
        let passing = || Failure::Passing("nobody answers".to_owned());
        let permanent = || Failure::Permanent("no such mailbox".to_owned());
        let (once, hourly) = (None, Some(TimeDelta::hours(1)));
        let table = [
            (1, passing(), once, false),
            (retry::MAX_ATTEMPTS - 1, passing(), once, false),
            (retry::MAX_ATTEMPTS, passing(), once, true),
            (1, permanent(), once, true),
            (retry::MAX_ATTEMPTS, passing(), hourly, false),
            (1, permanent(), hourly, false),
        ];
        for (attempts, failure, every, is_dead) in table {
            let payload = serde_json::json!({"email": "maple@example.edu"});
            let job = Model { attempts, ..store::fresh("kind", payload.clone(), now) };
            let back = put_back(job, failure.clone(), every, now);
            assert_eq!(back.payload, if is_dead { serde_json::json!({}) } else { payload }, "{attempts} {failure:?}");
            assert_eq!(back.dead_at.is_some(), is_dead, "{attempts} {failure:?}");
            assert!(back.due_at > now && back.last_error.is_some());
            assert!(every.is_none_or(|every| back.due_at <= now + every));
        }
    }
}
