//! ListApiKeys: the newest first.

use rollcall_proto::v1::{ListApiKeysRequest, ListApiKeysResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::{convert::to_proto, service::Service};
use crate::{
    entity::api_key::{self, Column},
    page::Page,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn list_api_keys(
        &self,
        principal: &Principal,
        request: ListApiKeysRequest,
    ) -> Result<ListApiKeysResponse, Problem> {
        let purpose: [&[u8]; 3] = [b"api-keys", principal.college_id.as_bytes(), principal.id.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);
        // Ids grow with time, so they are the order and the position at once.
        let mut query = api_key::in_college(principal.college_id).order_by_desc(Column::Id).limit(page.rows_to_read());
        if let Some(id) = page.position::<Uuid>()? {
            query = query.filter(Column::Id.lt(id));
        }
        let rows = query.all(self.store.database.reader()).await?;
        let (rows, next_page_token) = page.cut(rows, |last| last.id)?;
        Ok(ListApiKeysResponse { api_keys: rows.into_iter().map(to_proto).collect(), next_page_token })
    }
}
