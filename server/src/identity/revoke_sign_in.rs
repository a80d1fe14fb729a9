//! RevokeSignIn: only what the caller's own list shows can be ended; anything else does not exist.

use uuid::Uuid;

use super::{revoke::Revoked, service::Service, store};
use crate::{origin::Origin, principal::Principal, problem::Problem};

const RESOURCE: &str = "sign_in";

impl Service {
    pub(super) async fn revoke_sign_in(&self, principal: &Principal, id: Uuid, origin: Origin) -> Result<(), Problem> {
        let now = self.clock.now();
        let family = store::find_family(self.store.database.reader(), principal.college_id, id)
            .await?
            .filter(|family| family.user_id == principal.id)
            .filter(|family| family.revoked_at.is_none() && family.expires_at > now)
            .ok_or_else(|| Problem::not_found(RESOURCE))?;
        self.revoke(Revoked::of(&family), "sign_in.revoked", origin).await
    }
}
