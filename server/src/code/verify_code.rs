//! VerifyCode: would this code be accepted now, or these together?

use rollcall_proto::v1::VerifyCodeResponse;
use uuid::Uuid;

use super::{
    refusal::{expired, invalid, not_active, not_enrolled, unfinished},
    rotation::{Reading, ScannedCode},
    service::Service,
};
use crate::{
    convert::timestamp,
    entity::session::State,
    principal::Principal,
    problem::{ErrorReason, Problem},
    session,
};

impl Service {
    pub(super) async fn verify_code(
        &self,
        principal: &Principal,
        texts: &[String],
        session_id: Option<Uuid>,
    ) -> Result<VerifyCodeResponse, Problem> {
        let codes: Vec<ScannedCode> = texts.iter().filter_map(|text| ScannedCode::parse(text)).collect();
        let named = codes.first().map(|code| code.session_id).filter(|named| session_id.is_none_or(|id| id == *named));
        let named = named.ok_or_else(invalid)?;
        // A code names its session itself: one of another college is as little a code as a made-up one.
        let found = session::find(&self.store.database, principal.college_id, named).await;
        let session = found.map_err(|problem| match problem.reason {
            ErrorReason::NotFound => invalid(),
            _ => problem,
        })?;
        // In the order of a check-in: who is not enrolled learns nothing of the code.
        let enrolled = session::is_enrolled(&self.store, &session, principal.id);
        if !enrolled.await? {
            return Err(not_enrolled());
        }
        if session.state != State::Active {
            return Err(not_active(session::state_name(session.state)));
        }
        let mode = self.code_mode(&session).await?;
        let accepted_until = match self.rotation.read(&codes, &session, mode, self.clock.now()) {
            Reading::Invalid => return Err(invalid()),
            Reading::Expired { age_seconds } => return Err(expired(age_seconds)),
            Reading::Unfinished { .. } => return Err(unfinished()),
            Reading::Holds { accepted_until, .. } => accepted_until,
        };
        Ok(VerifyCodeResponse {
            valid: true,
            session_id: session.id.to_string(),
            location_id: session.location_id.to_string(),
            accepted_until: Some(timestamp(accepted_until)),
        })
    }
}
