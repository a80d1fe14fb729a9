//! ListDivisionTimetable: whether the caller may see the division → its slots that are valid on a day.

use rollcall_proto::v1::{ListDivisionTimetableRequest, ListDivisionTimetableResponse};

use super::{convert, list_timetables::Filter, service::Service};
use crate::{
    convert::{id, optional_date},
    entity::timetable,
    organisation,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn list_division_timetable(
        &self,
        principal: &Principal,
        request: ListDivisionTimetableRequest,
    ) -> Result<ListDivisionTimetableResponse, Problem> {
        let (database, college_id) = (&self.store.database, principal.college_id);
        let division_id = id("id", &request.id)?;
        let day = optional_date("day", request.day.as_deref())?;
        if !organisation::has_division(database, college_id, division_id).await?
            || !self.may_see(principal, division_id).await?
        {
            return Err(Problem::not_found("division"));
        }
        let day = match day {
            Some(day) => day,
            None => self.today(college_id).await?,
        };
        let filter = Filter { division_id: Some(division_id), valid_on: Some(day), ..Filter::default() };
        let query = timetable::in_college(college_id);
        let (rows, next_page_token) =
            self.page(principal, query, &filter, request.page_size, &request.page_token).await?;
        let timetables = rows.into_iter().map(convert::to_proto).collect();
        Ok(ListDivisionTimetableResponse { timetables, next_page_token })
    }
}
