//! Logout: revoke the sign-in that the access token came from.

use super::{revoke::Revoked, service::Service};
use crate::{origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn logout(&self, principal: &Principal, origin: Origin) -> Result<(), Problem> {
        let Some(revoked) = Revoked::by(principal) else { return Ok(()) };
        self.revoke(revoked, "logout", origin).await
    }
}
