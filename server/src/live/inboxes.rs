//! How far the notifications of each person are who watches them on this replica: one reader for all of them. Notices say
//! whom to look for at once; it looks by itself too, so that a notice that was lost only costs time.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    sync::{
        broadcast::{Receiver, error::RecvError},
        watch,
    },
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    notification,
    store::{Notice, Store},
};

/// How often everybody is looked for unasked: seldom where notices are heard, often where they are not.
const LOOK: Duration = Duration::from_secs(2);
const LOOK_UNHEARD: Duration = Duration::from_millis(250);

/// By college and person.
type ByPerson = HashMap<(Uuid, Uuid), Weak<Inbox>>;

/// The number of somebody's last notification, as far as this replica knows.
pub type Inbox = watch::Sender<i64>;

/// The people who are watched for here.
#[derive(Clone)]
pub struct Inboxes {
    inboxes: Arc<Mutex<ByPerson>>,
    store: Store,
}

/// Who is to be looked for.
enum Whom {
    Everybody,
    These(Uuid, HashSet<Uuid>),
}

impl Inboxes {
    pub fn new(store: Store, stop: CancellationToken) -> Self {
        let inboxes = Self { inboxes: Arc::default(), store };
        tokio::spawn(inboxes.clone().run(stop));
        inboxes
    }

    /// Somebody's number from now on. It is looked for as long as anybody holds this.
    pub fn watch(&self, college_id: Uuid, user_id: Uuid) -> Arc<Inbox> {
        let mut inboxes = self.inboxes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(inbox) = inboxes.get(&(college_id, user_id)).and_then(Weak::upgrade) {
            return inbox;
        }
        let inbox = Arc::new(watch::Sender::new(0));
        inboxes.insert((college_id, user_id), Arc::downgrade(&inbox));
        inbox
    }

    async fn run(self, stop: CancellationToken) {
        let mut notices = self.store.bus.listen();
        let mut looked_at = Instant::now();
        loop {
            // Counted from the last look at everybody: notices must not put it off.
            let look = if self.store.bus.is_connected() { LOOK } else { LOOK_UNHEARD };
            let whom = tokio::select! {
                () = tokio::time::sleep_until(looked_at + look) => Whom::Everybody,
                whom = heard(&mut notices) => whom,
                () = stop.cancelled() => return,
            };
            self.look(&whom).await;
            if matches!(whom, Whom::Everybody) {
                looked_at = Instant::now();
            }
        }
    }

    /// Reads the numbers of those who are watched for. What cannot be read now is read by the next look.
    async fn look(&self, whom: &Whom) {
        for (college_id, people) in self.watched(whom) {
            let Ok(seqs) = notification::last_seqs(&self.store.database, college_id, &people).await else { continue };
            let inboxes = self.inboxes.lock().unwrap_or_else(PoisonError::into_inner);
            for (user_id, seq) in seqs {
                if let Some(inbox) = inboxes.get(&(college_id, user_id)).and_then(Weak::upgrade) {
                    inbox.send_if_modified(|last| {
                        let is_news = seq > *last;
                        *last = seq.max(*last);
                        is_news
                    });
                }
            }
        }
    }

    fn watched(&self, whom: &Whom) -> HashMap<Uuid, Vec<Uuid>> {
        let mut inboxes = self.inboxes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut watched: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        match whom {
            Whom::Everybody => {
                inboxes.retain(|_, inbox| inbox.strong_count() > 0);
                for (college_id, user_id) in inboxes.keys() {
                    watched.entry(*college_id).or_default().push(*user_id);
                }
            }
            Whom::These(college_id, people) => {
                let here = people.iter().copied().filter(|user_id| inboxes.contains_key(&(*college_id, *user_id)));
                let here: Vec<Uuid> = here.collect();
                if !here.is_empty() {
                    watched.insert(*college_id, here);
                }
            }
        }
        watched
    }
}

/// Waits until a notice says that people were told something.
async fn heard(notices: &mut Receiver<Notice>) -> Whom {
    loop {
        match notices.recv().await {
            Ok(Notice::Notified { college_id, user_ids }) => {
                return Whom::These(college_id, user_ids.into_iter().collect());
            }
            Ok(Notice::Gap) | Err(RecvError::Lagged(_)) => return Whom::Everybody,
            Ok(_) => {}
            // The bus is gone with the server; what ends the reader is `stop`.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
