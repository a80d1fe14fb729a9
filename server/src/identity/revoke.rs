//! Revoking a sign-in, a single token that came from none, or everything that a person holds: stored, noted here, and told
//! to the other replicas.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Revocations, Tokens, revocations::LATEST_COMMIT, service::Service, store};
use crate::{
    audit,
    clock::Clock,
    entity::{refresh_token_family::Model as Family, token_revocation},
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::{Bus, Notice, Tx, detach},
};

/// An access token that is issued while its sign-in is being revoked expires before the revocation does.
const MARGIN: TimeDelta = LATEST_COMMIT;

/// What is revoked.
#[derive(Clone, Copy)]
pub struct Revoked {
    college_id: Uuid,
    user_id: Uuid,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    SignIn(Uuid),
    Token(Uuid),
    /// Every sign-in of the person but this one.
    Others(Option<Uuid>),
    /// Every sign-in of the person. A sign-in is named by itself, so that the next one is not mistaken for an old one
    /// whatever the clocks say; the person is named for tokens that came from no sign-in.
    User,
}

impl Revoked {
    pub const fn of(family: &Family) -> Self {
        Self { college_id: family.college_id, user_id: family.user_id, what: What::SignIn(family.id) }
    }

    /// The caller's sign-in, or only the token where it came from none.
    pub fn by(principal: &Principal) -> Option<Self> {
        let token = principal.token()?;
        let what = token.family_id.map_or(What::Token(token.id), What::SignIn);
        Some(Self { college_id: principal.college_id, user_id: principal.id, what })
    }

    /// Every sign-in of the caller but the one that the call came from.
    pub fn others_of(principal: &Principal) -> Self {
        let kept = principal.token().and_then(|token| token.family_id);
        Self { college_id: principal.college_id, user_id: principal.id, what: What::Others(kept) }
    }

    /// An API key. It is named by itself, as a token that came from no sign-in is.
    pub const fn key(college_id: Uuid, id: Uuid) -> Self {
        Self { college_id, user_id: id, what: What::Token(id) }
    }

    /// All that a person holds.
    pub const fn user(college_id: Uuid, user_id: Uuid) -> Self {
        Self { college_id, user_id, what: What::User }
    }

    const fn kind(&self) -> &'static str {
        match self.what {
            What::SignIn(_) => "sign_in",
            What::Token(_) => "token",
            What::Others(_) | What::User => "user",
        }
    }

    const fn subject_id(&self) -> Uuid {
        match self.what {
            What::SignIn(id) | What::Token(id) => id,
            What::Others(_) | What::User => self.user_id,
        }
    }
}

/// Revokes as part of what other slices write.
#[derive(Clone)]
pub struct Revoker {
    clock: Clock,
    revocations: Revocations,
    life: TimeDelta,
    bus: Bus,
}

/// What was revoked in a transaction and is to be told once that is committed.
#[must_use]
pub struct Told(Vec<token_revocation::Model>);

impl Revoker {
    pub fn new(clock: Clock, tokens: &Tokens, revocations: Revocations, bus: Bus) -> Self {
        // A life that is no time span was refused with the settings.
        let life = TimeDelta::from_std(tokens.life()).unwrap_or(TimeDelta::MAX - MARGIN);
        Self { clock, revocations, life, bus }
    }

    /// Revokes in a transaction. Of a person it revokes what was committed before: whoever signs in locks the person's row,
    /// so the row has to be locked by then.
    ///
    /// The time is taken here: other replicas look for rows of the last minute, and the caller may have begun long before,
    /// or have waited long for the writer.
    pub async fn revoke(&self, tx: &Tx, revoked: Revoked) -> Result<Told, Problem> {
        let now = self.clock.now();
        let Revoked { college_id, user_id, what } = revoked;
        let subjects = match what {
            What::SignIn(id) => {
                store::revoke_family(tx, college_id, id, now).await?;
                vec![id]
            }
            What::Token(id) => vec![id],
            What::Others(kept) => store::revoke_families(tx, college_id, user_id, kept, now).await?,
            What::User => {
                let mut ids = store::revoke_families(tx, college_id, user_id, None, now).await?;
                ids.push(user_id);
                ids
            }
        };
        let rows = self.rows(college_id, subjects);
        for row in &rows {
            store::insert_revocation(tx, row).await?;
        }
        Ok(Told(rows))
    }

    /// The same of all that many people hold.
    pub async fn revoke_all_of(&self, tx: &Tx, college_id: Uuid, user_ids: &[Uuid]) -> Result<Told, Problem> {
        let mut subjects = store::revoke_families_of_all(tx, college_id, user_ids, self.clock.now()).await?;
        subjects.extend_from_slice(user_ids);
        let rows = self.rows(college_id, subjects);
        store::insert_revocations(tx, rows.clone()).await?;
        Ok(Told(rows))
    }

    fn rows(&self, college_id: Uuid, subjects: Vec<Uuid>) -> Vec<token_revocation::Model> {
        let now = self.clock.now();
        let row = |subject_id| token_revocation::Model {
            college_id,
            subject_id,
            revoked_at: now,
            expires_at: now + self.life + MARGIN,
        };
        subjects.into_iter().map(row).collect()
    }

    /// Believes here what is committed, and tells the other replicas.
    pub fn tell(&self, told: Told) {
        for row in told.0 {
            self.revocations.note(&row);
            self.bus.announce(Notice::TokenRevoked { college_id: row.college_id, subject_id: row.subject_id });
        }
    }
}

impl Service {
    pub(super) fn revoker(&self) -> Revoker {
        Revoker::new(self.clock.clone(), &self.tokens, self.revocations.clone(), self.store.bus.clone())
    }

    pub(super) async fn revoke(&self, revoked: Revoked, action: &'static str, origin: Origin) -> Result<(), Problem> {
        let now = self.clock.now();
        let row = audit::Row::new(revoked.college_id, action, now)
            .actor(revoked.user_id)
            .object(revoked.kind(), revoked.subject_id())
            .from(&origin);
        let revoker = self.revoker();
        let database = self.store.database.clone();
        detach(async move {
            let writer = revoker.clone();
            let work = database.write(move |tx| {
                Box::pin(async move {
                    let told = writer.revoke(tx, revoked).await?;
                    audit::insert(tx, row).await?;
                    Ok(told)
                })
            });
            revoker.tell(work.await?);
            Ok(())
        })
        .await
    }
}
