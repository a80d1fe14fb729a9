//! PlanSessions: what the server does by itself, now, and told.

use rollcall_proto::v1::PlanSessionsResponse;

use super::{COLLEGE, apply};
use crate::{audit, organisation::Planning, origin::Origin, principal::Principal, problem::Problem, session::Service};

impl Service {
    pub(in crate::session) async fn plan(
        &self,
        principal: &Principal,
        origin: &Origin,
    ) -> Result<PlanSessionsResponse, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, origin, "sessions.planned", now).object(COLLEGE, college_id);
        let counts = apply::plan(&self.store, Planning { college_id, timetable_id: None }, &row, now).await?;
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        Ok(PlanSessionsResponse {
            created: number(counts.created),
            changed: number(counts.changed),
            cancelled: number(counts.cancelled),
        })
    }
}
