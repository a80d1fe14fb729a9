//! ListPolicies: those that are not deleted, the newest first.

use rollcall_proto::v1::{ListPoliciesRequest, ListPoliciesResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::{convert, service::Service, store};
use crate::{
    convert::optional_id,
    entity::policy::{self, Column},
    page::Page,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn list_policies(
        &self,
        principal: &Principal,
        request: ListPoliciesRequest,
    ) -> Result<ListPoliciesResponse, Problem> {
        let college_id = principal.college_id;
        let scope = convert::scope_from_proto(request.scope());
        let scope_id = optional_id("scope_id", request.scope_id.as_deref())?;
        let filter = format!("{scope:?}{scope_id:?}{:?}", request.is_shadow);
        let purpose: [&[u8]; 4] = [b"policies", college_id.as_bytes(), principal.id.as_bytes(), filter.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);

        // Ids grow with time, so they are the order and the position at once.
        let mut query = policy::in_college(college_id)
            .filter(Column::DeletedAt.is_null())
            .order_by_desc(Column::Id)
            .limit(page.rows_to_read());
        if let Some(scope) = scope {
            query = query.filter(Column::Scope.eq(scope));
        }
        if let Some(id) = scope_id {
            query = query.filter(Column::ScopeId.eq(id));
        }
        if let Some(is_shadow) = request.is_shadow {
            query = query.filter(Column::IsShadow.eq(is_shadow));
        }
        if let Some(id) = page.position::<Uuid>()? {
            query = query.filter(Column::Id.lt(id));
        }
        let reader = self.store.database.reader();
        let (rows, next_page_token) = page.cut(query.all(reader).await?, |last| last.id)?;
        let mut versions = store::list_newest(reader, college_id, &rows).await?;
        let policies = rows.into_iter().filter_map(|policy| {
            let version = versions.remove(&policy.id)?;
            Some(convert::to_proto(policy, version))
        });
        Ok(ListPoliciesResponse { policies: policies.collect(), next_page_token })
    }
}
