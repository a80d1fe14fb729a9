//! The keys that sign access tokens, and for how long each does. Every replica keeps them all in memory and looks for new ones
//! every second; a new key signs only long after each has seen it, so that no replica meets a token whose key it does not
//! know.
//!
//! A key ends where the next one begins. Who signs with it later than that is a thief: what says so by its own time of issue
//! is refused at once, and what was dated back when the last honest token has expired.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::{signing_key::SigningKey, store};
use crate::{
    entity::signing_key::{Algorithm, Model},
    keys::Keys,
    problem::Problem,
    store::Database,
};

/// From the making of a key to its first signature. Longer than an outdated list may sign, a commit takes, a copy of the
/// public keys is kept and clocks differ.
pub const LEAD: TimeDelta = TimeDelta::seconds(60);
/// How long a copy of the public keys may be kept. A new one has to be known before it signs.
pub const COPY: Duration = Duration::from_secs(30);
/// How far clocks of replicas may differ.
pub const LEEWAY: TimeDelta = TimeDelta::seconds(5);
const POLL: Duration = Duration::from_secs(1);
/// A replica that could not read for so long does not sign: there may be a key that it does not know.
const FRESH: Duration = Duration::from_secs(30);

/// A key with its time.
struct Dated {
    key: SigningKey,
    active_from: DateTime<Utc>,
    /// When the next one begins.
    ends: Option<DateTime<Utc>>,
}

struct List {
    keys: Vec<Dated>,
    read_at: Instant,
}

#[derive(Clone)]
pub struct Keyring {
    list: Arc<RwLock<Arc<List>>>,
}

/// A key that may be used, for as long as it is held.
pub struct Chosen {
    list: Arc<List>,
    index: usize,
}

impl Chosen {
    pub fn key(&self) -> &SigningKey {
        &self.list.keys[self.index].key
    }
}

impl Keyring {
    /// The first key and those that took over since.
    pub fn new(keys: &Keys, first: Algorithm, rows: &[Model]) -> Self {
        Self { list: Arc::new(RwLock::new(Arc::new(List::new(keys, first, rows)))) }
    }

    /// Reads the table, and goes on reading it.
    pub async fn follow(
        database: Database,
        keys: Keys,
        first: Algorithm,
        stop: CancellationToken,
    ) -> Result<Self, Problem> {
        let ring = Self::new(&keys, first, &store::signing_keys(&database).await?);
        tokio::spawn(ring.clone().run(database, keys, first, stop));
        Ok(ring)
    }

    async fn run(self, database: Database, keys: Keys, first: Algorithm, stop: CancellationToken) {
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = poll.tick() => {}
            }
            // Taken before the reading, which may have waited.
            let read_at = Instant::now();
            if let Ok(rows) = store::signing_keys(&database).await {
                let list = Arc::new(List { read_at, ..List::new(&keys, first, &rows) });
                *self.list.write().unwrap_or_else(PoisonError::into_inner) = list;
            }
        }
    }

    fn list(&self) -> Arc<List> {
        self.list.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The key that signs now.
    pub fn signer(&self, now: DateTime<Utc>) -> Result<Chosen, Problem> {
        let list = self.list();
        if list.read_at.elapsed() > FRESH {
            return Err(Problem::unavailable("the signing keys cannot be read"));
        }
        let index = list.signer(now);
        Ok(Chosen { list, index })
    }

    /// The key of this name, or the one that has none. None where it does not exist.
    pub fn named(&self, kid: Option<&str>) -> Option<Chosen> {
        let list = self.list();
        let index = list.keys.iter().position(|dated| dated.key.kid.as_deref() == kid)?;
        Some(Chosen { list, index })
    }

    /// The public keys that tokens may be verified with now or soon, the newest first: name and 32 bytes.
    pub fn public(&self, now: DateTime<Utc>, life: TimeDelta) -> Vec<(String, [u8; 32])> {
        let list = self.list();
        let live = list.keys.iter().rev().filter(|dated| dated.is_live(now, life));
        live.filter_map(|dated| Some((dated.key.kid.clone()?, dated.key.public?))).collect()
    }
}

impl Chosen {
    /// Whether a token with this time of issue may be believed now.
    pub fn vouches_for(&self, issued_at: DateTime<Utc>, now: DateTime<Utc>, life: TimeDelta) -> bool {
        let dated = &self.list.keys[self.index];
        // A replica signs by its own clock, so what it signed with this key is dated before the end of it, however late that
        // clock is.
        dated.ends.is_none_or(|ends| issued_at < ends) && dated.is_live(now, life)
    }
}

impl Dated {
    /// Whether a token that was signed in its time can still be good. A key that is going to sign is live too: another
    /// replica's clock may be ahead.
    fn is_live(&self, now: DateTime<Utc>, life: TimeDelta) -> bool {
        self.ends.is_none_or(|ends| now < ends + life + LEEWAY)
    }
}

impl List {
    fn new(keys: &Keys, first: Algorithm, rows: &[Model]) -> Self {
        let mut dated = vec![Dated {
            key: SigningKey::first(keys, first),
            active_from: DateTime::<Utc>::MIN_UTC,
            ends: rows.first().map(|next| next.active_from),
        }];
        dated.extend(rows.iter().enumerate().map(|(index, row)| Dated {
            key: SigningKey::of(keys, row),
            active_from: row.active_from,
            ends: rows.get(index + 1).map(|next| next.active_from),
        }));
        Self { keys: dated, read_at: Instant::now() }
    }

    fn signer(&self, now: DateTime<Utc>) -> usize {
        self.keys.iter().rposition(|dated| dated.active_from <= now).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use uuid::Uuid;

    use super::*;

    const LIFE: TimeDelta = TimeDelta::seconds(900);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("it is a time")
    }

    fn row(number: u128, algorithm: Algorithm, active_from: i64) -> Model {
        Model {
            kid: Uuid::from_u128(number),
            algorithm,
            salt: vec![u8::try_from(number).expect("a small number"); 32],
            created_at: at(active_from) - LEAD,
            active_from: at(active_from),
        }
    }

    /// The first key until 100, one of EdDSA until 200, then one of HS256.
    fn ring() -> Keyring {
        let keys = Keys::derive(&SecretString::from("a secret for tests"));
        let rows = [row(1, Algorithm::EdDsa, 100), row(2, Algorithm::Hs256, 200)];
        Keyring::new(&keys, Algorithm::Hs256, &rows)
    }

    fn kid(number: u128) -> String {
        Uuid::from_u128(number).to_string()
    }

    #[test]
    fn each_key_signs_from_its_beginning_to_the_next_ones() {
        let ring = ring();
        for (now, expected) in [
            (0, None),
            (99, None),
            (100, Some(kid(1))),
            (199, Some(kid(1))),
            (200, Some(kid(2))),
            (9_999, Some(kid(2))),
        ] {
            let signer = ring.signer(at(now)).expect("it was read just now");
            assert_eq!(signer.key().kid, expected, "at {now}");
        }
    }

    #[test]
    fn a_key_vouches_for_what_it_signed_in_its_time_until_that_has_expired() {
        let ring = ring();
        // (key, issued at, now, whether it is believed)
        let table = [
            (None, 99, 99, true),
            (None, 99, 100, true),
            (None, 99, 1_004, true),
            (None, 99, 1_005, false),
            (None, 100, 100, false),
            (None, 101, 100, false),
            // By the clock of a replica that is ahead.
            (Some(1), 100, 97, true),
            (Some(1), 199, 1_104, true),
            (Some(1), 199, 1_105, false),
            (Some(1), 200, 200, false),
            (Some(2), 200, 200, true),
            (Some(2), 99_999, 99_999, true),
        ];
        for (number, issued_at, now, expected) in table {
            let key = ring.named(number.map(kid).as_deref()).expect("it is known");
            assert_eq!(key.vouches_for(at(issued_at), at(now), LIFE), expected, "{number:?} from {issued_at} at {now}");
        }
        for unknown in ["", "../../dev/null", "' OR 1=1 --", &kid(3)] {
            assert!(ring.named(Some(unknown)).is_none(), "{unknown}");
        }
    }

    #[test]
    fn public_keys_are_told_before_they_sign_and_while_their_tokens_live() {
        let ring = ring();
        for (now, expected) in [(0, 1), (150, 1), (1_104, 1), (1_105, 0)] {
            let public = ring.public(at(now), LIFE);
            assert_eq!(public.len(), expected, "at {now}");
            assert!(public.iter().all(|(name, _)| *name == kid(1)), "keys of HS256 are nobody's business");
        }
    }
}
