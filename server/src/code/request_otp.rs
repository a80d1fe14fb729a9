//! RequestOtp: the one-time password of this minute.

use rollcall_proto::v1::OneTimePassword;

use super::service::Service;
use crate::{
    audit, convert::timestamp, entity::session::Model, origin::Origin, principal::Principal, problem::Problem, session,
};

impl Service {
    pub(super) async fn request_otp(
        &self,
        principal: &Principal,
        origin: &Origin,
        session: &Model,
    ) -> Result<OneTimePassword, Problem> {
        let now = self.clock.now();
        let deed = audit::Row::by(principal, origin, "otp.issue", now).object(session::RESOURCE, session.id);
        let issued = self.passwords.issue(session, deed, now).await?;
        Ok(OneTimePassword {
            otp: issued.digits,
            session_id: session.id.to_string(),
            location_id: session.location_id.to_string(),
            issued_at: Some(timestamp(issued.issued_at)),
            expires_at: Some(timestamp(issued.expires_at)),
        })
    }
}
