//! Revoking a sign-in, or a single token that came from none: stored, noted here, and told to the other replicas.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{service::Service, store};
use crate::{
    audit,
    entity::{refresh_token_family::Model as Family, token_revocation},
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::{Notice, detach},
};

/// Longer than a write can take: an access token that is issued while its sign-in is being revoked expires before the
/// revocation does.
const MARGIN: TimeDelta = TimeDelta::seconds(30);

/// What is revoked.
#[derive(Clone, Copy)]
pub struct Revoked {
    college_id: Uuid,
    user_id: Uuid,
    subject_id: Uuid,
    is_sign_in: bool,
}

impl Revoked {
    pub const fn of(family: &Family) -> Self {
        Self { college_id: family.college_id, user_id: family.user_id, subject_id: family.id, is_sign_in: true }
    }

    /// The caller's sign-in, or only the token where it came from none.
    pub fn by(principal: &Principal) -> Self {
        Self {
            college_id: principal.college_id,
            user_id: principal.user_id,
            subject_id: principal.family_id.unwrap_or(principal.token_id),
            is_sign_in: principal.family_id.is_some(),
        }
    }
}

impl Service {
    pub(super) async fn revoke(&self, revoked: Revoked, action: &'static str, origin: Origin) -> Result<(), Problem> {
        let Revoked { college_id, user_id, subject_id, is_sign_in } = revoked;
        let now = self.clock.now();
        let life = TimeDelta::from_std(self.tokens.life()).map_err(Problem::internal)?;
        let revocation =
            token_revocation::Model { college_id, subject_id, revoked_at: now, expires_at: now + life + MARGIN };
        let kind = if is_sign_in { "sign_in" } else { "token" };
        let row = audit::Row::new(college_id, action, now).actor(user_id).object(kind, subject_id).from(&origin);
        let service = self.clone();
        detach(async move {
            let stored = revocation.clone();
            let work = service.store.database.write(move |tx| {
                Box::pin(async move {
                    if is_sign_in {
                        store::revoke_family(tx, college_id, subject_id, now).await?;
                    }
                    store::insert_revocation(tx, &stored).await?;
                    audit::insert(tx, row).await
                })
            });
            work.await?;
            service.revocations.note(&revocation);
            service.store.bus.announce(Notice::TokenRevoked { college_id, subject_id });
            Ok(())
        })
        .await
    }
}
