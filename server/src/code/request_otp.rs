//! RequestOtp: the one-time password of this minute, for the room, or by mail for one student.

use rollcall_proto::v1::OneTimePassword;
use serde_json::json;
use uuid::Uuid;

use super::{refusal::student_not_enrolled, service::Service};
use crate::{
    audit, convert::timestamp, entity::session::Model, jobs, origin::Origin, principal::Principal, problem::Problem,
    session,
};

impl Service {
    pub(super) async fn request_otp(
        &self,
        principal: &Principal,
        origin: &Origin,
        session: &Model,
        student_id: Option<Uuid>,
    ) -> Result<OneTimePassword, Problem> {
        let now = self.clock.now();
        let mut deed = audit::Row::by(principal, origin, "otp.issue", now).object(session::RESOURCE, session.id);
        if let Some(id) = student_id {
            self.mailer.require()?;
            if !session::is_enrolled(&self.store, session, id).await? {
                return Err(student_not_enrolled());
            }
            deed = deed.detail(json!({ "student_id": id }));
        }
        let issued = self.passwords.issue(session, student_id, deed, now).await?;
        if student_id.is_some() {
            jobs::announce(&self.store.bus);
        }
        Ok(OneTimePassword {
            otp: issued.digits,
            session_id: session.id.to_string(),
            location_id: session.location_id.to_string(),
            issued_at: Some(timestamp(issued.issued_at)),
            expires_at: Some(timestamp(issued.expires_at)),
        })
    }
}
