//! ListSignIns: the caller's own that have not ended, the newest first.

use rollcall_proto::v1::{ListSignInsRequest, ListSignInsResponse, SignIn};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::service::Service;
use crate::{
    convert,
    entity::refresh_token_family::{self, Column, Model},
    page::Page,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn list_sign_ins(
        &self,
        principal: &Principal,
        request: ListSignInsRequest,
    ) -> Result<ListSignInsResponse, Problem> {
        let purpose: [&[u8]; 3] = [b"sign-ins", principal.college_id.as_bytes(), principal.id.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);
        // Ids grow with time, so they are the order and the position at once.
        let mut query = refresh_token_family::in_college(principal.college_id)
            .filter(Column::UserId.eq(principal.id))
            .filter(Column::RevokedAt.is_null())
            .filter(Column::ExpiresAt.gt(self.clock.now()))
            .order_by_desc(Column::Id)
            .limit(page.rows_to_read());
        if let Some(id) = page.position::<Uuid>()? {
            query = query.filter(Column::Id.lt(id));
        }
        let rows = query.all(self.store.database.reader()).await?;
        let (rows, next_page_token) = page.cut(rows, |last| last.id)?;
        let current = principal.token().and_then(|token| token.family_id);
        let sign_ins = rows.into_iter().map(|family| to_proto(family, current)).collect();
        Ok(ListSignInsResponse { sign_ins, next_page_token })
    }
}

fn to_proto(family: Model, current: Option<Uuid>) -> SignIn {
    SignIn {
        id: family.id.to_string(),
        device_id: family.device_id,
        ip_address: family.ip_address.unwrap_or_default(),
        created_at: Some(convert::timestamp(family.created_at)),
        last_used_at: Some(convert::timestamp(family.rotated_at)),
        expires_at: Some(convert::timestamp(family.expires_at)),
        current: current == Some(family.id),
    }
}
