//! GetDailySummary: count the INs of each day.

use rollcall_proto::v1::{DailySummaryRow, GetDailySummaryRequest, GetDailySummaryResponse};

use super::{service::Service, summary::Wanted};
use crate::{principal::Principal, problem::Problem};

const DAYS: i32 = 31;

impl Service {
    pub(super) async fn get_daily_summary(
        &self,
        principal: &Principal,
        request: GetDailySummaryRequest,
    ) -> Result<GetDailySummaryResponse, Problem> {
        let GetDailySummaryRequest { days, employee_id, department } = request;
        let wanted = Wanted { days: days.unwrap_or(DAYS), employee_id, department };
        let (found, time_zone) = self.list_days(principal, wanted).await?;
        let rows = found.into_iter().map(|named| DailySummaryRow {
            employee_id: named.day.employee_id.to_string(),
            employee_name: named.employee_name,
            date: named.day.date.to_string(),
            in_count: named.day.in_count,
        });
        Ok(GetDailySummaryResponse { rows: rows.collect(), time_zone })
    }
}
