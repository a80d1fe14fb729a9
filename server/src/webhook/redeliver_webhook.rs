//! RedeliverWebhook: a message that is over begins anew, under its old id.

use serde_json::json;
use uuid::Uuid;

use super::{
    DELIVERY, RESOURCE,
    deliver::{self, Delivery},
    service::Service,
    store,
};
use crate::{
    audit,
    entity::webhook_delivery::{Model, State},
    jobs,
    origin::Origin,
    principal::Principal,
    problem::{ErrorReason, Problem},
};

impl Service {
    pub(super) async fn redeliver_webhook(
        &self,
        principal: &Principal,
        webhook_id: Uuid,
        id: Uuid,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, &origin, "webhook.redelivered", now)
            .object(RESOURCE, webhook_id)
            .detail(json!({(DELIVERY): id}));
        let work = self.store.database.write(move |tx| {
            Box::pin(async move {
                let webhook = store::lock(tx, college_id, webhook_id).await?;
                let found = store::lock_delivery(tx, college_id, webhook_id, id).await?;
                if webhook.disabled_at.is_some() {
                    let message = "The webhook is stopped. Set is_enabled, then send the message once more.";
                    return Err(Problem::new(ErrorReason::WebhookDisabled, message));
                }
                if found.state == State::Pending {
                    return Ok(found);
                }
                let again = Model { state: State::Pending, attempts: 0, next_attempt_at: Some(now), ..found };
                store::write_delivery(tx, again.clone()).await?;
                jobs::insert(tx, deliver::FIRST, &Delivery { college_id, delivery_id: id }, now).await?;
                audit::insert(tx, row).await?;
                Ok(again)
            })
        });
        let again = work.await?;
        jobs::announce(&self.store.bus);
        Ok(again)
    }
}
