//! Logout: revoke the sign-in that the access token came from.

use chrono::TimeDelta;

use super::{
    service::{Origin, Service},
    store,
};
use crate::{entity::token_revocation, principal::Principal, problem::Problem, store::Notice};

impl Service {
    pub(super) async fn sign_out(&self, principal: &Principal, origin: Origin) -> Result<(), Problem> {
        let family = match principal.family_id {
            Some(id) => store::find_family(self.store.database.reader(), principal.college_id, id).await?,
            None => None,
        };
        match family {
            Some(family) => self.revoke(&family, "logout", origin).await,
            None => self.revoke_token(principal).await,
        }
    }

    /// A token that came from no sign-in is revoked by itself.
    async fn revoke_token(&self, principal: &Principal) -> Result<(), Problem> {
        let revocation = token_revocation::Model {
            college_id: principal.college_id,
            subject_id: principal.token_id,
            revoked_at: self.clock.now(),
            expires_at: principal.expires_at + TimeDelta::seconds(1),
        };
        let stored = revocation.clone();
        self.store
            .database
            .write(move |tx| Box::pin(async move { store::insert_revocation(tx, &stored).await }))
            .await?;
        self.revocations.note(&revocation);
        self.store
            .bus
            .announce(Notice::TokenRevoked { college_id: revocation.college_id, subject_id: revocation.subject_id });
        Ok(())
    }
}
