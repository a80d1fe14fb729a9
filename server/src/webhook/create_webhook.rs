//! CreateWebhook: check where it leads → keep it, if the college has room → tell its secret once.

use rollcall_proto::v1::{CreateWebhookRequest, WebhookWithSecret};
use serde_json::json;
use uuid::Uuid;

use super::{RESOURCE, convert::to_proto, kinds::kinds_from_proto, secret::Secret, service::Service, store};
use crate::{
    audit,
    entity::{
        notification_preference::Kinds,
        webhook::{DisabledReason, Model},
    },
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
};

/// Every event is sent to each.
const MOST: u64 = 10;

impl Service {
    pub(super) async fn create_webhook(
        &self,
        principal: &Principal,
        request: CreateWebhookRequest,
        origin: Origin,
    ) -> Result<WebhookWithSecret, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let url = self.gate.read(&request.url).map_err(|fault| Problem::invalid_field("url", fault))?;
        let made = Model {
            college_id,
            id: Uuid::now_v7(),
            url: url.into(),
            description: request.description,
            kinds: Kinds(kinds_from_proto("kinds", &request.kinds)?),
            secret_generation: 1,
            rotated_at: None,
            disabled_at: None,
            disabled_reason: DisabledReason::None,
            failing_since: None,
            created_at: now,
            updated_at: now,
        };
        let row = audit::Row::by(principal, &origin, "webhook.created", now)
            .object(RESOURCE, made.id)
            .detail(json!({"url": made.url, "kinds": made.kinds}));
        let stored = made.clone();
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    organisation::lock_college(tx, college_id).await?;
                    if store::count(tx, college_id).await? >= MOST {
                        return Err(Problem::too_many(RESOURCE, MOST));
                    }
                    store::insert(tx, stored).await?;
                    audit::insert(tx, row).await
                })
            })
            .await?;
        let secret = Secret::derive(&self.keys.webhook, college_id, made.id, made.secret_generation).text();
        Ok(WebhookWithSecret { webhook: Some(to_proto(made)), secret })
    }
}
