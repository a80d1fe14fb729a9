//! Logout: revoke the sign-in that the access token came from.

use super::{revoke::Revoked, service::Service};
use crate::{origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn sign_out(&self, principal: &Principal, origin: Origin) -> Result<(), Problem> {
        self.revoke(Revoked::by(principal), "logout", origin).await
    }
}
