//! DeleteWebhook: its deliveries go with it, and their jobs find nothing.

use serde_json::json;
use uuid::Uuid;

use super::{RESOURCE, service::Service, store};
use crate::{audit, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn delete_webhook(&self, principal: &Principal, id: Uuid, origin: Origin) -> Result<(), Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, &origin, "webhook.deleted", now).object(RESOURCE, id);
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    let gone = store::delete(tx, college_id, id).await?;
                    audit::insert(tx, row.detail(json!({"url": gone.url}))).await
                })
            })
            .await
    }
}
