//! VerifyOtp: would these digits be accepted now? It uses nothing up; a wrong try counts as in a check-in.

use rollcall_proto::v1::VerifyOtpResponse;
use uuid::Uuid;

use super::{
    otp::OtpReading,
    refusal::{attempts_exhausted, not_active, not_enrolled, otp_expired, otp_invalid},
    service::Service,
};
use crate::{convert::timestamp, entity::session::State, principal::Principal, problem::Problem, session};

impl Service {
    pub(super) async fn verify_otp(
        &self,
        principal: &Principal,
        digits: &str,
        session_id: Option<Uuid>,
    ) -> Result<VerifyOtpResponse, Problem> {
        let session = match session_id {
            Some(id) => session::find(&self.store.database, principal.college_id, id).await?,
            None => session::find_only_active(&self.store.database, principal).await?,
        };
        // In the order of a check-in: who is not enrolled learns nothing, and is not counted.
        if !session::is_enrolled(&self.store, &session, principal.id).await? {
            return Err(not_enrolled());
        }
        if session.state != State::Active {
            return Err(not_active(session::state_name(session.state)));
        }
        match self.passwords.check(&session, principal.id, digits, self.clock.now()).await? {
            OtpReading::Holds { expires_at, .. } => Ok(VerifyOtpResponse {
                valid: true,
                session_id: session.id.to_string(),
                location_id: session.location_id.to_string(),
                accepted_until: Some(timestamp(expires_at)),
            }),
            OtpReading::Expired { age_seconds } => Err(otp_expired(age_seconds)),
            OtpReading::Invalid => Err(otp_invalid()),
            OtpReading::Exhausted { retry_after_seconds } => Err(attempts_exhausted(retry_after_seconds)),
        }
    }
}
