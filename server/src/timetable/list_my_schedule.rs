//! ListMySchedule: the days that are asked for, or this week → the caller's schedule of them.

use rollcall_proto::v1::{ListMyScheduleRequest, ListMyScheduleResponse};

use super::{rules, schedule_page::SchedulePage, service::Service};
use crate::{
    convert::optional_date,
    organisation::{self, day_in},
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn list_my_schedule(
        &self,
        principal: &Principal,
        request: ListMyScheduleRequest,
    ) -> Result<ListMyScheduleResponse, Problem> {
        let from = optional_date("from", request.from.as_deref())?;
        let to = optional_date("to", request.to.as_deref())?;
        let college = organisation::find_college(&self.store.database, principal.college_id).await?;
        let days = rules::days(from, to, day_in(&college.time_zone, self.clock.now()))?;
        let SchedulePage { occurrences, days_off, next_page_token } =
            self.schedule_page(principal, &college, days, request.page_size, &request.page_token).await?;
        Ok(ListMyScheduleResponse { occurrences, days_off, next_page_token })
    }
}
