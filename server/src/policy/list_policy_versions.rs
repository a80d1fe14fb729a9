//! ListPolicyVersions: the newest first.

use rollcall_proto::v1::{ListPolicyVersionsRequest, ListPolicyVersionsResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{convert::version_to_proto, service::Service, store};
use crate::{
    convert::id,
    entity::policy_version::{self, Column},
    page::Page,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn list_policy_versions(
        &self,
        principal: &Principal,
        request: ListPolicyVersionsRequest,
    ) -> Result<ListPolicyVersionsResponse, Problem> {
        let college_id = principal.college_id;
        let policy_id = id("policy_id", &request.policy_id)?;
        store::find(&self.store.database, college_id, policy_id).await?;
        let purpose: [&[u8]; 4] =
            [b"policy versions", college_id.as_bytes(), principal.id.as_bytes(), policy_id.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);
        let mut query = policy_version::in_college(college_id)
            .filter(Column::PolicyId.eq(policy_id))
            .order_by_desc(Column::Version)
            .limit(page.rows_to_read());
        if let Some(version) = page.position::<i32>()? {
            query = query.filter(Column::Version.lt(version));
        }
        let rows = query.all(self.store.database.reader()).await?;
        let (rows, next_page_token) = page.cut(rows, |last| last.version)?;
        Ok(ListPolicyVersionsResponse { versions: rows.into_iter().map(version_to_proto).collect(), next_page_token })
    }
}
