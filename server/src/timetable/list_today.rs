//! ListToday: the caller's schedule of one day.

use rollcall_proto::v1::{ListTodayRequest, ListTodayResponse};

use super::{list_my_schedule::Part, service::Service};
use crate::{
    organisation::{self, day_in},
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn list_now(
        &self,
        principal: &Principal,
        request: ListTodayRequest,
    ) -> Result<ListTodayResponse, Problem> {
        let college = organisation::find_college(&self.store.database, principal.college_id).await?;
        let today = day_in(&college.time_zone, self.clock.now());
        let Part { occurrences, days_off, next_page_token } =
            self.part(principal, &college, (today, today), request.page_size, &request.page_token).await?;
        Ok(ListTodayResponse { occurrences, days_off, next_page_token })
    }
}
