//! Of what people and other systems are told.

use serde_json::{Value, json};

use super::super::{Object, Scene, Who, webhooks};

impl Scene {
    pub(super) async fn told_request(&self, method: &str, who: Who, object: Object) -> Option<Value> {
        let request = match method {
            "NotificationService.UpdateNotificationPreferences" => {
                json!({"preferences": {"mail": "OFF"}, "update_mask": "mail"})
            }
            "NotificationService.GetGuardians" => json!({"user_id": self.spare_user(object).await}),
            "NotificationService.SetGuardians" => {
                json!({"user_id": self.spare_user(object).await, "emails": ["home@x.example"]})
            }
            "WebhookService.CreateWebhook" => json!({"url": webhooks::URL}),
            "WebhookService.UpdateWebhook" => {
                let webhook = json!({"id": self.webhooks.of(object).0, "description": "D"});
                json!({"webhook": webhook, "update_mask": "description"})
            }
            "WebhookService.GetWebhook" | "WebhookService.RotateWebhookSecret" => {
                json!({"id": self.webhooks.of(object).0})
            }
            "WebhookService.DeleteWebhook" => json!({"id": self.webhook_to_delete(who, object).await}),
            "WebhookService.ListWebhookDeliveries" => json!({"webhook_id": self.webhooks.of(object).0}),
            "WebhookService.RedeliverWebhook" => {
                let (webhook_id, id) = self.webhooks.of(object);
                json!({"webhook_id": webhook_id, "id": id})
            }
            _ => return None,
        };
        Some(request)
    }
}
