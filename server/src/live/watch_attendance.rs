//! WatchAttendance: what there is after the token → then each change → until the session is over.

use std::{pin::Pin, sync::Arc, time::Duration};

use futures_util::Stream;
use rollcall_proto::v1::AttendanceEvent;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, Interval},
};
use tonic::Status;

use super::{
    change::{self, Change},
    feed::Feed,
    service::Service,
    store,
};
use crate::{
    entity::session::Model,
    lease::Lease,
    problem::{ErrorReason, Problem},
};

/// Proxies cut connections that are silent for long.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How often the caller's right to watch is checked again.
const CHECK: Duration = Duration::from_secs(1);

impl Service {
    /// The number to continue after.
    pub(super) fn position(&self, session: &Model, resume_token: &str) -> Result<i64, Problem> {
        if resume_token.is_empty() {
            return Ok(0);
        }
        change::open(&self.keys.page_token, session.college_id, session.id, resume_token)
            .ok_or_else(|| Problem::new(ErrorReason::InvalidResumeToken, "The resume token is not of this session."))
    }

    pub(super) fn watch(
        &self,
        lease: Lease,
        session: Model,
        after: i64,
    ) -> Pin<Box<dyn Stream<Item = Result<AttendanceEvent, Status>> + Send>> {
        let service = self.clone();
        let key = service.keys.page_token;
        Box::pin(async_stream::try_stream! {
            // Listened to before the first look, so that nothing falls between the two.
            let feed = service.feeds.watch(session.college_id, session.id, session.event_seq);
            let mut watcher = Watcher::new(feed, lease);
            let mut position = after;
            let mut change = Arc::new(service.look(&session, position).await?);
            loop {
                if change.up_to > position {
                    for event in change.events(position, &key) {
                        yield event;
                    }
                    position = change.up_to;
                }
                if change.is_last() {
                    return;
                }
                change = loop {
                    match watcher.next().await? {
                        // A feed that began later than this watcher's position leaves a gap before its first change.
                        Some(Heard::Change(change)) if change.after <= position => break change,
                        Some(Heard::Change(_) | Heard::Gap) => break Arc::new(service.look(&session, position).await?),
                        Some(Heard::Silence) => {
                            let resume_token = change::seal(&key, session.college_id, session.id, position);
                            yield AttendanceEvent { resume_token, change: None };
                        }
                        None => {}
                    }
                };
            }
        })
    }

    async fn look(&self, session: &Model, after: i64) -> Result<Change, Problem> {
        store::changes_after(&self.store.database, session.college_id, session.id, after).await
    }
}

/// What a watcher hears.
enum Heard {
    Change(Arc<Change>),
    /// More than is kept: it has to look for itself.
    Gap,
    Silence,
}

struct Watcher {
    /// Held, because a feed that nobody holds stops reading.
    _feed: Arc<Feed>,
    changes: broadcast::Receiver<Arc<Change>>,
    lease: Lease,
    check: Interval,
    heard_at: Instant,
}

impl Watcher {
    fn new(feed: Arc<Feed>, lease: Lease) -> Self {
        let changes = feed.listen();
        Self { _feed: feed, changes, lease, check: tokio::time::interval(CHECK), heard_at: Instant::now() }
    }

    /// Waits for the next thing to do; none where there is nothing to do yet.
    async fn next(&mut self) -> Result<Option<Heard>, Problem> {
        tokio::select! {
            received = self.changes.recv() => {
                self.heard_at = Instant::now();
                match received {
                    Ok(change) => Ok(Some(Heard::Change(change))),
                    Err(RecvError::Lagged(_)) => Ok(Some(Heard::Gap)),
                    Err(RecvError::Closed) => Err(Problem::internal("a feed that is held was closed")),
                }
            }
            _ = self.check.tick() => {
                self.lease.check()?;
                let is_silent = self.heard_at.elapsed() >= SIGN_OF_LIFE;
                if is_silent {
                    self.heard_at = Instant::now();
                }
                Ok(is_silent.then_some(Heard::Silence))
            }
            () = self.lease.stopped() => {
                self.lease.check()?;
                Ok(None)
            }
        }
    }
}
