//! ListPunches: filter → page by time, the latest first → tell of each what corrects it.

use chrono::{DateTime, Utc};
use rollcall_proto::v1::{ListPunchesRequest, ListPunchesResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::{convert::punch_to_proto, service::Service, store};
use crate::{
    convert,
    entity::punch::{self, Column},
    page::Page,
    principal::Principal,
    problem::Problem,
    store::before,
};

impl Service {
    pub(super) async fn list_punches(
        &self,
        principal: &Principal,
        request: ListPunchesRequest,
    ) -> Result<ListPunchesResponse, Problem> {
        let (reader, college_id) = (self.store.database.reader(), principal.college_id);
        let employee_id = convert::optional_id("employee_id", request.employee_id.as_deref())?;
        let bound = |field, time: Option<_>| time.map(|time| convert::time(field, Some(time))).transpose();
        let (from, to) = (bound("from", request.from)?, bound("to", request.to)?);
        let filter = format!("{:?}", (employee_id, from, to));
        let purpose: [&[u8]; 4] = [b"punches", college_id.as_bytes(), principal.id.as_bytes(), filter.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);
        let mut query = punch::in_college(college_id)
            .order_by_desc(Column::OccurredAt)
            .order_by_desc(Column::Id)
            .limit(page.rows_to_read());
        if let Some(id) = employee_id {
            store::find_employee(reader, college_id, id).await?;
            query = query.filter(Column::EmployeeId.eq(id));
        }
        if let Some(from) = from {
            query = query.filter(Column::OccurredAt.gte(from));
        }
        if let Some(to) = to {
            query = query.filter(Column::OccurredAt.lt(to));
        }
        if let Some((at, id)) = page.position::<(DateTime<Utc>, Uuid)>()? {
            query = query.filter(before((Column::OccurredAt, at), (Column::Id, id)));
        }
        let rows = query.all(reader).await?;
        let (rows, next_page_token) = page.cut(rows, |last| (last.occurred_at, last.id))?;
        let corrections = store::find_corrections(reader, college_id, rows.iter().map(|row| row.id)).await?;
        let told = |row: punch::Model| {
            let corrected_by = corrections.get(&row.id).copied();
            punch_to_proto(row, corrected_by, false)
        };
        Ok(ListPunchesResponse { punches: rows.into_iter().map(told).collect(), next_page_token })
    }
}
