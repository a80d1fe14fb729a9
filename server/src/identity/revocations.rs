//! Tokens that must not be believed although they have not expired. Every replica keeps the whole list in memory: it names
//! only what was revoked within the life of an access token, so it stays short, and a call costs no look-up anywhere else.
//! News come over the bus at once, and from the table twice a second.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use tokio::{sync::broadcast::error::RecvError, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::store;
use crate::{
    clock::Clock,
    entity::token_revocation,
    principal::{Credential, Principal, Token},
    problem::{ErrorReason, Problem},
    store::{LONGEST_WRITE, Notice, Store},
};

const POLL: Duration = Duration::from_millis(500);
/// So long after the time that its row names a revocation can be committed: as long as a write may take, and as replicas'
/// clocks may differ. Rows are read again for so long.
pub const LATEST_COMMIT: TimeDelta = TimeDelta::seconds(LONGEST_WRITE.as_secs().cast_signed() + 30);
const FORGET_EVERY_POLLS: u32 = 600;

#[derive(Clone, Copy)]
struct Revoked {
    at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

/// The list.
#[derive(Clone, Default)]
pub struct Revocations {
    subjects: Arc<RwLock<HashMap<(Uuid, Uuid), Revoked>>>,
}

impl Revocations {
    /// Reads the table, and goes on reading it.
    pub async fn follow(store: Store, clock: Clock, stop: CancellationToken) -> Result<Self, Problem> {
        let list = Self::default();
        list.read(&store, DateTime::UNIX_EPOCH).await?;
        tokio::spawn(list.clone().run(store, clock, stop));
        Ok(list)
    }

    /// Refuses a token that was revoked by its sign-in, by itself, or because its user changed after it was issued.
    pub fn check(&self, principal: &Principal) -> Result<(), Problem> {
        let subjects = self.subjects.read().unwrap_or_else(PoisonError::into_inner);
        let named = |id: Uuid| subjects.get(&(principal.college_id, id));
        // A token's time is in whole seconds. One from the same second may be an old one; if it came from a sign-in, that
        // is named by itself where it was there by then.
        let is_older = |token: &Token, revoked: &Revoked| match token.family_id {
            Some(_) => token.issued_at < revoked.at.trunc_subsecs(0),
            None => token.issued_at <= revoked.at,
        };
        let revoked = match &principal.credential {
            Credential::Token(token) => {
                named(token.id).is_some()
                    || token.family_id.and_then(named).is_some()
                    || named(principal.id).is_some_and(|revoked| is_older(token, revoked))
            }
            Credential::Key(_) => named(principal.id).is_some(),
        };
        if revoked {
            return Err(Problem::new(ErrorReason::TokenRevoked, "The access token or API key was revoked."));
        }
        Ok(())
    }

    /// Believes a revocation that was committed. Of two of the same subject the later one counts, whichever is heard first.
    pub fn note(&self, row: &token_revocation::Model) {
        let mut subjects = self.subjects.write().unwrap_or_else(PoisonError::into_inner);
        let Revoked { at, expires_at } = *subjects
            .entry((row.college_id, row.subject_id))
            .or_insert(Revoked { at: row.revoked_at, expires_at: row.expires_at });
        let later = Revoked { at: at.max(row.revoked_at), expires_at: expires_at.max(row.expires_at) };
        subjects.insert((row.college_id, row.subject_id), later);
    }

    async fn run(self, store: Store, clock: Clock, stop: CancellationToken) {
        let mut notices = store.bus.listen();
        // Made once: notices may come faster than the poll, for ever.
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut polls = 0;
        let mut seen = clock.now();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = poll.tick() => polls += 1,
                notice = notices.recv() => match notice {
                    Ok(Notice::TokenRevoked { .. } | Notice::Gap) | Err(RecvError::Lagged(_)) => {}
                    Ok(_) => continue,
                    Err(RecvError::Closed) => return,
                },
            }
            let now = clock.now();
            if self.read(&store, since(seen, now)).await.is_ok() {
                seen = now;
            }
            if polls >= FORGET_EVERY_POLLS {
                polls = 0;
                self.subjects
                    .write()
                    .unwrap_or_else(PoisonError::into_inner)
                    .retain(|_, revoked| revoked.expires_at > now);
            }
        }
    }

    async fn read(&self, store: &Store, since: DateTime<Utc>) -> Result<(), Problem> {
        for row in store::revocations_since(&store.database, since).await? {
            self.note(&row);
        }
        Ok(())
    }
}

/// From when on rows are read, if everything that was committed before `seen` is known.
fn since(seen: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    seen.min(now) - LATEST_COMMIT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::user::Role;

    /// A revocation that was stamped at the beginning of the longest write, on a machine whose clock is 15 s behind, and
    /// committed just after the table was read.
    #[test]
    fn a_revocation_is_read_however_late_it_was_committed() {
        let longest = TimeDelta::from_std(LONGEST_WRITE).expect("a time span");
        let stamped = at(0) - longest - TimeDelta::seconds(15);
        for (seen, now) in [(at(0), at(0)), (at(0), at(1)), (at(0), at(600)), (at(600), at(0))] {
            assert!(since(seen, now) <= stamped, "seen at {seen}, now {now}");
        }
    }

    #[test]
    fn the_later_of_two_revocations_counts() {
        let [college_id, subject_id] = std::array::from_fn(|_| Uuid::now_v7());
        let row = |seconds| token_revocation::Model {
            college_id,
            subject_id,
            revoked_at: at(seconds),
            expires_at: at(900 + seconds),
        };
        for order in [[0, 60], [60, 0]] {
            let list = Revocations::default();
            for seconds in order {
                list.note(&row(seconds));
            }
            let known = list.subjects.read().expect("it is whole")[&(college_id, subject_id)];
            assert_eq!((known.at, known.expires_at), (at(60), at(960)), "{order:?}");
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("it is a time")
    }

    #[test]
    fn a_revocation_names_a_sign_in_a_token_or_a_user() {
        let [college_id, user_id, family_id, token_id] = std::array::from_fn(|_| Uuid::now_v7());
        let token = Token { id: token_id, role: Role::Student, family_id: Some(family_id), issued_at: at(10) };
        let principal =
            Principal { college_id, id: user_id, credential: Credential::Token(token.clone()), expires_at: at(900) };
        let of_no_sign_in =
            Principal { credential: Credential::Token(Token { family_id: None, ..token }), ..principal.clone() };
        let key_id = Uuid::now_v7();
        let key = Principal { id: key_id, credential: Credential::Key(Vec::new()), ..principal.clone() };
        // (token, college, subject, revoked at, whether the token, which was issued at 10, is refused)
        let table = [
            (&principal, college_id, family_id, 5, true),
            (&principal, college_id, token_id, 5, true),
            (&principal, college_id, user_id, 9, false),
            (&principal, college_id, user_id, 10, false),
            (&principal, college_id, user_id, 11, true),
            (&of_no_sign_in, college_id, user_id, 9, false),
            (&of_no_sign_in, college_id, user_id, 10, true),
            (&key, college_id, key_id, 5, true),
            (&key, college_id, user_id, 900, false),
            (&principal, Uuid::now_v7(), family_id, 5, false),
            (&principal, college_id, Uuid::now_v7(), 5, false),
        ];
        for (principal, college_id, subject_id, revoked_at, refused) in table {
            let list = Revocations::default();
            list.note(&token_revocation::Model {
                college_id,
                subject_id,
                revoked_at: at(revoked_at),
                expires_at: at(900),
            });
            assert_eq!(list.check(principal).is_err(), refused, "revoked at {revoked_at}");
        }
    }
}
