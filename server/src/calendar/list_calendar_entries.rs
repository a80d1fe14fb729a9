//! ListCalendarEntries: filter → page by the first day.

use chrono::NaiveDate;
use rollcall_proto::v1::{ListCalendarEntriesRequest, ListCalendarEntriesResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::{convert, service::Service};
use crate::{
    convert::optional_date,
    entity::calendar_entry::{self, Column},
    page::Page,
    principal::Principal,
    problem::Problem,
    store::after,
};

impl Service {
    pub(super) async fn list_calendar_entries(
        &self,
        principal: &Principal,
        request: ListCalendarEntriesRequest,
    ) -> Result<ListCalendarEntriesResponse, Problem> {
        let from = optional_date("from_date", request.from_date.as_deref())?;
        let to = optional_date("to_date", request.to_date.as_deref())?;
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            return Err(Problem::invalid_field("to_date", format!("must not be before from_date, {from}")));
        }
        let kind = convert::kind_from_proto(request.kind());
        let filter = format!("{from:?}{to:?}{kind:?}");
        let purpose: [&[u8]; 4] =
            [b"calendar entries", principal.college_id.as_bytes(), principal.id.as_bytes(), filter.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);

        let mut query = calendar_entry::in_college(principal.college_id)
            .order_by_asc(Column::FromDate)
            .order_by_asc(Column::Id)
            .limit(page.rows_to_read());
        if let Some(from) = from {
            query = query.filter(Column::ToDate.gte(from));
        }
        if let Some(to) = to {
            query = query.filter(Column::FromDate.lte(to));
        }
        if let Some(kind) = kind {
            query = query.filter(Column::Kind.eq(kind));
        }
        if let Some((from_date, id)) = page.position::<(NaiveDate, Uuid)>()? {
            query = query.filter(after((Column::FromDate, from_date), (Column::Id, id)));
        }
        let rows = query.all(self.store.database.reader()).await?;
        let (rows, next_page_token) = page.cut(rows, |last| (last.from_date, last.id))?;
        let entries = rows.into_iter().map(convert::to_proto).collect();
        Ok(ListCalendarEntriesResponse { entries, next_page_token })
    }
}
