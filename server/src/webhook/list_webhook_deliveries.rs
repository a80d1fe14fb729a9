//! ListWebhookDeliveries: the newest first.

use rollcall_proto::v1::{ListWebhookDeliveriesRequest, ListWebhookDeliveriesResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::{
    convert::{delivery_to_proto, state_from_proto},
    service::Service,
    store,
};
use crate::{
    convert,
    entity::webhook_delivery::{self, Column},
    page::Page,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn list_webhook_deliveries(
        &self,
        principal: &Principal,
        request: ListWebhookDeliveriesRequest,
    ) -> Result<ListWebhookDeliveriesResponse, Problem> {
        let (college_id, reader) = (principal.college_id, self.store.database.reader());
        let webhook_id = convert::id("webhook_id", &request.webhook_id)?;
        store::find(reader, college_id, webhook_id).await?;
        let state = request.state.to_be_bytes();
        let purpose: [&[u8]; 5] =
            [b"webhook-deliveries", college_id.as_bytes(), principal.id.as_bytes(), webhook_id.as_bytes(), &state];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);
        let mut query = webhook_delivery::in_college(college_id)
            .filter(Column::WebhookId.eq(webhook_id))
            .order_by_desc(Column::Id)
            .limit(page.rows_to_read());
        if let Some(state) = state_from_proto(request.state()) {
            query = query.filter(Column::State.eq(state));
        }
        if let Some(id) = page.position::<Uuid>()? {
            query = query.filter(Column::Id.lt(id));
        }
        let (rows, next_page_token) = page.cut(query.all(reader).await?, |last| last.id)?;
        Ok(ListWebhookDeliveriesResponse {
            deliveries: rows.into_iter().map(delivery_to_proto).collect(),
            next_page_token,
        })
    }
}
