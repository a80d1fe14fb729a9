//! RotateWebhookSecret: the next generation, beside which the last one is good for a day.

use rollcall_proto::v1::WebhookWithSecret;
use uuid::Uuid;

use super::{RESOURCE, convert::to_proto, secret::Secret, service::Service, store};
use crate::{audit, entity::webhook::Model, origin::Origin, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn rotate_webhook_secret(
        &self,
        principal: &Principal,
        id: Uuid,
        origin: Origin,
    ) -> Result<WebhookWithSecret, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let row = audit::Row::by(principal, &origin, "webhook.secret_rotated", now).object(RESOURCE, id);
        let rotated = self.store.database.write(move |tx| {
            Box::pin(async move {
                let found = store::lock(tx, college_id, id).await?;
                let secret_generation = found.secret_generation + 1;
                let rotated = Model { secret_generation, rotated_at: Some(now), updated_at: now, ..found };
                store::write(tx, rotated.clone()).await?;
                audit::insert(tx, row).await?;
                Ok(rotated)
            })
        });
        let rotated = rotated.await?;
        let secret = Secret::derive(&self.keys.webhook, college_id, id, rotated.secret_generation).text();
        Ok(WebhookWithSecret { webhook: Some(to_proto(rotated)), secret })
    }
}
