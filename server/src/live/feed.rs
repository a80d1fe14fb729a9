//! One reader for each session that is watched on this replica, however many watch it. Notices wake it at once; it looks
//! by itself too, so that a notice that was lost only costs time. What it reads is put into words once and shared.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{change::Change, store};
use crate::{
    keys::Keys,
    problem::Problem,
    store::{Notice, Store},
};

/// How often a session is looked at unasked: seldom where notices are heard, often where they are not.
const LOOK: Duration = Duration::from_secs(2);
const LOOK_UNHEARD: Duration = Duration::from_millis(250);
/// So long after a change the next one is looked for. In a rush of check-ins, what comes meanwhile is read together; who
/// checks in alone is seen at once.
const PACE: Duration = Duration::from_millis(25);
/// A watcher that is further behind reads for itself what it missed.
const KEPT_CHANGES: usize = 64;

/// By college and session.
type BySession = HashMap<(Uuid, Uuid), Weak<Feed>>;

/// The sessions that are watched here.
#[derive(Clone)]
pub struct Feeds {
    feeds: Arc<Mutex<BySession>>,
    store: Store,
    token_key: [u8; 32],
    stop: CancellationToken,
}

/// The changes of one session. Reading ends when nobody holds it any more.
pub struct Feed {
    changes: broadcast::Sender<Arc<Change>>,
    wake: Notify,
}

impl Feed {
    pub fn listen(&self) -> broadcast::Receiver<Arc<Change>> {
        self.changes.subscribe()
    }
}

impl Feeds {
    pub fn new(store: Store, keys: &Keys, stop: CancellationToken) -> Self {
        let feeds = Self { feeds: Arc::default(), store, token_key: keys.page_token, stop };
        tokio::spawn(feeds.clone().dispatch());
        feeds
    }

    /// The feed of a session, which tells what changes after `from` or later.
    pub fn watch(&self, college_id: Uuid, session_id: Uuid, from: i64) -> Arc<Feed> {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(feed) = feeds.get(&(college_id, session_id)).and_then(Weak::upgrade) {
            return feed;
        }
        feeds.retain(|_, feed| feed.strong_count() > 0);
        let feed = Arc::new(Feed { changes: broadcast::channel(KEPT_CHANGES).0, wake: Notify::new() });
        feeds.insert((college_id, session_id), Arc::downgrade(&feed));
        tokio::spawn(self.clone().read(Arc::downgrade(&feed), college_id, session_id, from));
        feed
    }

    async fn read(self, feed: Weak<Feed>, college_id: Uuid, session_id: Uuid, from: i64) {
        let mut position = from;
        loop {
            let look = if self.store.bus.is_connected() { LOOK } else { LOOK_UNHEARD };
            let Some(strong) = feed.upgrade() else { return };
            tokio::select! {
                () = strong.wake.notified() => {}
                () = tokio::time::sleep(look) => {}
                () = self.stop.cancelled() => return,
            }
            match self.look(college_id, session_id, position).await {
                Ok(change) if change.up_to > position => {
                    position = change.up_to;
                    // Whoever came and went in the meantime need not be told.
                    let _ = strong.changes.send(Arc::new(change));
                    tokio::time::sleep(PACE).await;
                }
                // Nothing new, or a fault of the moment: the next look will tell.
                _ => {}
            }
        }
    }

    /// What changed after a number, as it is told.
    pub async fn look(&self, college_id: Uuid, session_id: Uuid, after: i64) -> Result<Change, Problem> {
        let reading = store::changes_after(&self.store, college_id, session_id, after).await?;
        Ok(Change::of(reading, after, &self.token_key))
    }

    async fn dispatch(self) {
        let mut notices = self.store.bus.listen();
        loop {
            let wake = |key: Option<(Uuid, Uuid)>| {
                let feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
                match key {
                    Some(key) => {
                        feeds.get(&key).and_then(Weak::upgrade).into_iter().for_each(|feed| feed.wake.notify_one())
                    }
                    None => feeds.values().filter_map(Weak::upgrade).for_each(|feed| feed.wake.notify_one()),
                }
            };
            match notices.recv().await {
                Ok(Notice::SessionChanged { college_id, session_id }) => wake(Some((college_id, session_id))),
                Ok(Notice::Gap) | Err(broadcast::error::RecvError::Lagged(_)) => wake(None),
                Ok(_) => {}
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    }
}
