//! PlanSessions: what the server does by itself, now, and told.

use rollcall_proto::v1::PlanSessionsResponse;

use super::{COLLEGE, apply};
use crate::{
    audit, convert::count, organisation::Planning, origin::Origin, principal::Principal, problem::Problem,
    session::Service,
};

impl Service {
    pub(in crate::session) async fn plan_sessions(
        &self,
        principal: &Principal,
        origin: &Origin,
    ) -> Result<PlanSessionsResponse, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, origin, "sessions.planned", now).object(COLLEGE, college_id);
        let counts = apply::plan(&self.store, Planning { college_id, timetable_id: None }, &row, now).await?;
        Ok(PlanSessionsResponse {
            created: count(counts.created),
            changed: count(counts.changed),
            cancelled: count(counts.cancelled),
        })
    }
}
