//! What the listener and the services know together about a connection.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Put into the extensions of each request by the listener. Without a listener nothing ever drains.
#[derive(Clone, Default)]
pub(crate) struct Connection {
    /// The process is going away: streams should end soon.
    pub(crate) drain: CancellationToken,
    /// Its time is over: everything that still runs is dropped.
    pub(crate) kill: CancellationToken,
    /// Everything that the listener waits for.
    pub(crate) tasks: TaskTracker,
    pub(crate) activity: Arc<Activity>,
}

impl Connection {
    /// Runs a task that may outlive the request that it began with.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let kill = self.kill.clone();
        self.tasks.spawn(async move { kill.run_until_cancelled(task).await });
    }

    /// Marks the connection as in use for as long as the answer lives.
    pub(crate) fn busy(&self) -> Busy {
        self.activity.in_flight.fetch_add(1, Ordering::AcqRel);
        self.activity.head_since.store(NEVER, Ordering::Release);
        Busy { activity: self.activity.clone() }
    }
}

/// The executor of an HTTP/2 connection, whose streams are tasks of their own.
impl<F> hyper::rt::Executor<F> for Connection
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, task: F) {
        self.spawn(task);
    }
}

/// What happens on a connection, for the timers that end it.
pub(crate) struct Activity {
    start: Instant,
    in_flight: AtomicUsize,
    /// Milliseconds after the start.
    idle_since: AtomicU64,
    /// When the first byte came that belongs to no request yet.
    head_since: AtomicU64,
}

const NEVER: u64 = u64::MAX;

impl Default for Activity {
    fn default() -> Self {
        Activity {
            start: Instant::now(),
            in_flight: AtomicUsize::new(0),
            idle_since: AtomicU64::new(0),
            head_since: AtomicU64::new(NEVER),
        }
    }
}

impl Activity {
    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(NEVER)
    }

    /// Notes that bytes came in.
    pub(crate) fn received(&self) {
        if self.in_flight.load(Ordering::Acquire) == 0 && self.head_since.load(Ordering::Acquire) == NEVER {
            self.head_since.store(self.now(), Ordering::Release);
        }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight.load(Ordering::Acquire) == 0
    }

    /// How long nothing has been in flight.
    pub(crate) fn idle_for(&self) -> Option<Duration> {
        self.is_idle().then(|| self.since(self.idle_since.load(Ordering::Acquire)))
    }

    /// For how long the head of a request has been coming.
    pub(crate) fn head_for(&self) -> Option<Duration> {
        let since = self.head_since.load(Ordering::Acquire);
        (since != NEVER && self.is_idle()).then(|| self.since(since))
    }

    fn since(&self, millis: u64) -> Duration {
        Duration::from_millis(self.now().saturating_sub(millis))
    }
}

/// Something in flight.
pub(crate) struct Busy {
    activity: Arc<Activity>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.activity.idle_since.store(self.activity.now(), Ordering::Release);
        self.activity.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}
