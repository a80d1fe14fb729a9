//! Somebody who watches a session. The task here goes on while nobody reads, so that the right to watch ends in time, and a
//! listener that does not read is cut: what waits for it is bounded in number and in time, and is shared with the others.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        mpsc,
    },
    time::{Instant, Interval, MissedTickBehavior},
};
use uuid::Uuid;

use super::{
    change::Change,
    feed::{Feed, Feeds},
};
use crate::{
    lease::Lease,
    principal::Principal,
    problem::{ErrorReason, Problem},
    session,
    store::Store,
};

/// Proxies cut connections that are silent for long.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How often the caller's right to watch is checked again.
const CHECK: Duration = Duration::from_secs(1);
/// Parts that may wait to be read.
const WAITING_PARTS: usize = 8;
/// How long all of them may wait.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is next to be sent.
pub enum Part {
    /// The events of a change after a position.
    Change {
        change: Arc<Change>,
        position: i64,
    },
    SignOfLife {
        position: i64,
    },
    /// The last one.
    Failure(Problem),
}

/// Why somebody may watch.
pub struct Right {
    pub lease: Lease,
    pub principal: Principal,
}

pub struct Listener {
    store: Store,
    feeds: Feeds,
    /// Held, because a feed that nobody holds stops reading.
    _feed: Arc<Feed>,
    changes: broadcast::Receiver<Arc<Change>>,
    right: Right,
    /// College and session.
    of: (Uuid, Uuid),
    position: i64,
    check: Interval,
    heard_at: Instant,
    _counted: Counted,
}

/// What a listener hears.
enum Heard {
    Change(Arc<Change>),
    /// More than is kept: it has to look for itself.
    Gap,
    Silence,
}

impl Listener {
    pub fn new(store: Store, feeds: Feeds, feed: Arc<Feed>, right: Right, of: (Uuid, Uuid), position: i64) -> Self {
        let changes = feed.listen();
        let mut check = tokio::time::interval(CHECK);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let heard_at = Instant::now();
        Self { store, feeds, _feed: feed, changes, right, of, position, check, heard_at, _counted: Counted::new() }
    }

    /// The parts, until the session is over, the right to watch ends, or whoever gets them leaves.
    pub fn follow(mut self) -> mpsc::Receiver<Part> {
        let (outlet, parts) = mpsc::channel(WAITING_PARTS + 1);
        tokio::spawn(async move {
            // Kept free from the beginning: there must be room for the last word where there is room for nothing else.
            let Ok(last_word) = outlet.clone().reserve_owned().await else { return };
            tokio::select! {
                ended = self.tell(&outlet) => if let Err(problem) = ended {
                    if problem.reason == ErrorReason::ListenerTooSlow {
                        metrics::counter!("rollcall_live_cuts_total").increment(1);
                    }
                    last_word.send(Part::Failure(problem));
                },
                () = outlet.closed() => {}
            }
        });
        parts
    }

    async fn tell(&mut self, outlet: &mpsc::Sender<Part>) -> Result<(), Problem> {
        let mut change = self.look().await?;
        loop {
            let (up_to, is_last) = (change.up_to, change.is_last);
            if up_to > self.position {
                // The change may be the one that takes the right away. The session is looked up among copies, which costs little.
                self.check_right().await?;
                // Given away and not kept: a whole roll is long, and it may be long until something follows.
                self.give(outlet, Part::Change { change, position: self.position }).await?;
                self.position = up_to;
            } else {
                drop(change);
            }
            if is_last {
                return Ok(());
            }
            change = loop {
                match self.next().await? {
                    // A feed that began later than this position leaves a gap before its first change.
                    Some(Heard::Change(change)) if change.after <= self.position => break change,
                    Some(Heard::Change(_) | Heard::Gap) => break self.look().await?,
                    Some(Heard::Silence) => self.give(outlet, Part::SignOfLife { position: self.position }).await?,
                    None => {}
                }
            };
        }
    }

    async fn look(&self) -> Result<Arc<Change>, Problem> {
        let (college_id, session_id) = self.of;
        Ok(Arc::new(self.feeds.look(college_id, session_id, self.position).await?))
    }

    /// Puts a part where it will be read.
    async fn give(&mut self, outlet: &mpsc::Sender<Part>, part: Part) -> Result<(), Problem> {
        if let Ok(place) = outlet.try_reserve() {
            place.send(part);
            return Ok(());
        }
        let too_late = Instant::now() + PATIENCE;
        loop {
            tokio::select! {
                place = outlet.reserve() => {
                    // Whoever is gone is noticed elsewhere.
                    if let Ok(place) = place {
                        place.send(part);
                    }
                    return Ok(());
                }
                () = tokio::time::sleep_until(too_late) => return Err(Problem::new(
                    ErrorReason::ListenerTooSlow,
                    "Nothing was read for 10 s. Connect again with the last resume token.",
                )),
                _ = self.check.tick() => self.check_right().await?,
                () = self.right.lease.stopped() => self.right.lease.check()?,
            }
        }
    }

    /// Whether whoever watches still may: the session may have been given to somebody else. Where that cannot be told, the
    /// next look tells.
    async fn check_right(&self) -> Result<(), Problem> {
        self.right.lease.check()?;
        let (college_id, session_id) = self.of;
        match session::load_card(&self.store, college_id, session_id).await {
            Ok(card) => session::check_staff(&self.right.principal, &card.session),
            Err(_) => Ok(()),
        }
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
                self.check_right().await?;
                let is_silent = self.heard_at.elapsed() >= SIGN_OF_LIFE;
                if is_silent {
                    self.heard_at = Instant::now();
                }
                Ok(is_silent.then_some(Heard::Silence))
            }
            () = self.right.lease.stopped() => {
                self.right.lease.check()?;
                Ok(None)
            }
        }
    }
}

/// One of those that are counted for the operator.
struct Counted;

impl Counted {
    fn new() -> Self {
        metrics::gauge!("rollcall_live_listeners").increment(1.0);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!("rollcall_live_listeners").decrement(1.0);
    }
}
