//! UpdateWebhook: lock → check what is named → write. Whatever is started again, or leads elsewhere, has not failed yet.

use rollcall_proto::v1::{UpdateWebhookRequest, Webhook};
use serde_json::json;

use super::{RESOURCE, convert::to_proto, kinds::kinds_from_proto, service::Service, store};
use crate::{
    audit, convert,
    entity::{
        notification_preference::Kinds,
        webhook::{DisabledReason, Model},
    },
    mask::Mask,
    origin::Origin,
    principal::Principal,
    problem::Problem,
};

const WRITABLE: &[&str] = &["url", "description", "kinds", "is_enabled"];

impl Service {
    pub(super) async fn update_webhook(
        &self,
        principal: &Principal,
        request: UpdateWebhookRequest,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let mask = Mask::read(request.update_mask.as_ref(), WRITABLE)?;
        let wanted = request.webhook.unwrap_or_default();
        let (college_id, now) = (principal.college_id, self.clock.now());
        let id = convert::id("webhook.id", &wanted.id)?;
        let url = match mask.has("url") {
            true => Some(self.gate.read(&wanted.url).map_err(|fault| Problem::invalid_field("webhook.url", fault))?),
            false => None,
        };
        let kinds = kinds_from_proto("webhook.kinds", &wanted.kinds)?;
        if mask.has("is_enabled") && wanted.is_enabled.is_none() {
            return Err(Problem::invalid_field("webhook.is_enabled", "is required"));
        }
        let row = audit::Row::by(principal, &origin, "webhook.updated", now).object(RESOURCE, id);
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    let found = store::lock(tx, college_id, id).await?;
                    check_rest(&wanted, &to_proto(found.clone()))?;
                    let mut changed = Model { updated_at: now, ..found.clone() };
                    if let Some(url) = url {
                        changed.url = url.into();
                    }
                    mask.put("description", &mut changed.description, wanted.description);
                    mask.put("kinds", &mut changed.kinds, Kinds(kinds));
                    if mask.has("is_enabled") {
                        let is_enabled = wanted.is_enabled.unwrap_or_default();
                        (changed.disabled_at, changed.disabled_reason) = match is_enabled {
                            true => (None, DisabledReason::None),
                            // What was stopped before keeps its reason.
                            false if found.disabled_at.is_some() => (found.disabled_at, found.disabled_reason),
                            false => (Some(now), DisabledReason::Admin),
                        };
                    }
                    if changed.url != found.url || changed.disabled_at.is_none() && found.disabled_at.is_some() {
                        changed.failing_since = None;
                    }
                    store::write(tx, changed.clone()).await?;
                    let detail = json!({
                        "url": changed.url,
                        "kinds": changed.kinds,
                        "is_enabled": changed.disabled_at.is_none(),
                    });
                    audit::insert(tx, row.detail(detail)).await?;
                    Ok(changed)
                })
            })
            .await
    }
}

/// Whoever replaces a webhook may send back what the server has set, as long as it is what is there: what differs is refused,
/// so that nobody believes to have changed it.
fn check_rest(wanted: &Webhook, current: &Webhook) -> Result<(), Problem> {
    let Webhook { disabled_reason, failing_since, created_at, .. } = wanted;
    for (field, is_other) in [
        ("disabled_reason", *disabled_reason != 0 && *disabled_reason != current.disabled_reason),
        ("failing_since", failing_since.is_some() && *failing_since != current.failing_since),
        ("created_at", created_at.is_some() && *created_at != current.created_at),
    ] {
        if is_other {
            return Err(Problem::invalid_field(&format!("webhook.{field}"), "cannot be changed"));
        }
    }
    Ok(())
}
