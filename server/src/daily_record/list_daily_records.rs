//! ListDailyRecords: filter → page by the day → the names of whose they are.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use rollcall_proto::v1::{ListDailyRecordsRequest, ListDailyRecordsResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::{
    convert::{Span, kind_from_proto, to_proto},
    service::Service,
};
use crate::{
    entity::{
        daily_record::{self, Column},
        employee,
    },
    page::Page,
    principal::Principal,
    problem::Problem,
    store::before,
};

impl Service {
    pub(super) async fn list_daily_records(
        &self,
        principal: &Principal,
        request: ListDailyRecordsRequest,
    ) -> Result<ListDailyRecordsResponse, Problem> {
        let span = Span::read(request.from.as_deref(), request.to.as_deref())?;
        let kind = kind_from_proto(request.kind());
        let filter = format!("{span:?}{kind:?}");
        let purpose: [&[u8]; 4] =
            [b"daily records", principal.college_id.as_bytes(), principal.id.as_bytes(), filter.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);

        let mut query = daily_record::in_college(principal.college_id)
            .order_by_desc(Column::Date)
            .order_by_desc(Column::EmployeeId)
            .limit(page.rows_to_read());
        if let Some(from) = span.from {
            query = query.filter(Column::Date.gte(from));
        }
        if let Some(to) = span.to {
            query = query.filter(Column::Date.lte(to));
        }
        if let Some(kind) = kind {
            query = query.filter(Column::Kind.eq(kind));
        }
        if let Some((date, employee_id)) = page.position::<(NaiveDate, Uuid)>()? {
            query = query.filter(before((Column::Date, date), (Column::EmployeeId, employee_id)));
        }
        let rows = query.all(self.store.database.reader()).await?;
        let (rows, next_page_token) = page.cut(rows, |last| (last.date, last.employee_id))?;

        let people = self.employees(principal.college_id, rows.iter().map(|row| row.employee_id).collect()).await?;
        let records = rows.into_iter().filter_map(|row| {
            let (id, name) = people.get(&row.employee_id)?.clone();
            Some(to_proto(id, name, row.status, row.date))
        });
        Ok(ListDailyRecordsResponse { records: records.collect(), next_page_token })
    }

    /// What other systems call employees, and their names.
    async fn employees(
        &self,
        college_id: Uuid,
        ids: BTreeSet<Uuid>,
    ) -> Result<HashMap<Uuid, (String, String)>, Problem> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let named = employee::in_college(college_id).filter(employee::Column::Id.is_in(ids));
        let rows = named.all(self.store.database.reader()).await?;
        Ok(rows.into_iter().map(|row| (row.id, (row.external_id.unwrap_or_default(), row.name))).collect())
    }
}
