//! ListEmployees: filter → page by id, which is the order in which they were made.

use rollcall_proto::v1::{ListEmployeesRequest, ListEmployeesResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::{convert::employee_to_proto, service::Service};
use crate::{
    entity::employee::{self, Column},
    page::Page,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn list_employees(
        &self,
        principal: &Principal,
        request: ListEmployeesRequest,
    ) -> Result<ListEmployeesResponse, Problem> {
        let ListEmployeesRequest { page_size, page_token, department, is_active, external_id } = request;
        let filter = format!("{:?}", (&department, is_active, &external_id));
        let purpose: [&[u8]; 4] =
            [b"employees", principal.college_id.as_bytes(), principal.id.as_bytes(), filter.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, page_size, &page_token);
        let mut query = employee::in_college(principal.college_id).order_by_asc(Column::Id).limit(page.rows_to_read());
        if let Some(department) = department {
            query = query.filter(Column::Department.eq(department));
        }
        if let Some(is_active) = is_active {
            query = query.filter(Column::IsActive.eq(is_active));
        }
        if let Some(external_id) = external_id {
            query = query.filter(Column::ExternalId.eq(external_id));
        }
        if let Some(id) = page.position::<Uuid>()? {
            query = query.filter(Column::Id.gt(id));
        }
        let rows = query.all(self.store.database.reader()).await?;
        let (rows, next_page_token) = page.cut(rows, |last| last.id)?;
        Ok(ListEmployeesResponse { employees: rows.into_iter().map(employee_to_proto).collect(), next_page_token })
    }
}
