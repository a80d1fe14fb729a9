//! ListToday: the caller's schedule of one day.

use rollcall_proto::v1::{ListTodayRequest, ListTodayResponse};

use super::{schedule_page::SchedulePage, service::Service};
use crate::{
    organisation::{self, day_in},
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn list_today(
        &self,
        principal: &Principal,
        request: ListTodayRequest,
    ) -> Result<ListTodayResponse, Problem> {
        let college = organisation::find_college(&self.store.database, principal.college_id).await?;
        let today = day_in(&college.time_zone, self.clock.now());
        let SchedulePage { occurrences, days_off, next_page_token } =
            self.schedule_page(principal, &college, (today, today), request.page_size, &request.page_token).await?;
        Ok(ListTodayResponse { occurrences, days_off, next_page_token })
    }
}
