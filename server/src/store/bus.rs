//! Tells every replica that something has changed. Only a hint: whoever listens reads the truth from the database, and
//! polls when no hint comes.

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use uuid::Uuid;

use super::redis::Redis;

/// What has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// A session or its records.
    SessionChanged { college_id: Uuid, session_id: Uuid },
    /// Copies under this key are out of date.
    Stale { college_id: Uuid, key: String },
    /// A token must not be believed any more.
    TokenRevoked { college_id: Uuid, subject_id: Uuid },
    /// A college calls other networks its own.
    NetworksChanged { college_id: Uuid },
    /// People were told something.
    Notified { college_id: Uuid, user_ids: Vec<Uuid> },
    /// There is something to do.
    JobWaiting,
    /// Notices may have been lost: trust nothing that was heard before.
    Gap,
}

impl Notice {
    const fn college_id(&self) -> Uuid {
        match self {
            Self::SessionChanged { college_id, .. }
            | Self::Stale { college_id, .. }
            | Self::TokenRevoked { college_id, .. }
            | Self::NetworksChanged { college_id }
            | Self::Notified { college_id, .. } => *college_id,
            Self::JobWaiting | Self::Gap => Uuid::nil(),
        }
    }
}

#[derive(Clone)]
pub struct Bus {
    local: broadcast::Sender<Notice>,
    redis: Option<Redis>,
}

impl Bus {
    pub fn new(redis: Option<Redis>) -> Self {
        let (local, _) = broadcast::channel(4096);
        if let Some(redis) = &redis {
            redis.listen(local.clone());
        }
        Self { local, redis }
    }

    /// Tells this replica at once and the others when they hear it. Never waits and never fails.
    pub fn announce(&self, notice: Notice) {
        if let Some(redis) = &self.redis {
            redis.publish(notice.college_id(), &notice);
        }
        // Nobody listens: nobody has to be told.
        let _ = self.local.send(notice);
    }

    pub fn listen(&self) -> broadcast::Receiver<Notice> {
        self.local.subscribe()
    }

    /// Whether the other replicas are heard. True without Redis: then there are none.
    pub fn is_connected(&self) -> bool {
        self.redis.as_ref().is_none_or(Redis::is_connected)
    }

    pub const fn is_embedded(&self) -> bool {
        self.redis.is_none()
    }
}
