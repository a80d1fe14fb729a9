//! WebhookService, and what other systems get.

mod addresses;
mod crash;
mod deliveries;
mod manage;

use rollcall_proto::v1::{
    CancelSessionRequest, CreateWebhookRequest, EndSessionRequest, GetWebhookRequest, ListWebhookDeliveriesRequest,
    Webhook, WebhookDelivery, WebhookWithSecret,
};
use rollcall_tests::{Answer as _, Kind, actor::Actor, receiver::NETWORK, until::until, world::Plan};
use uuid::Uuid;

/// A world whose servers may call receivers.
fn plan(kind: Kind) -> Plan {
    Plan::new(kind).set("WEBHOOK_ALLOWED_NETWORKS", NETWORK)
}

async fn create(admin: &Actor, url: &str) -> WebhookWithSecret {
    let request = CreateWebhookRequest { url: url.to_owned(), ..Default::default() };
    admin.webhooks().create_webhook(request).await.answer()
}

fn id(made: &WebhookWithSecret) -> String {
    made.webhook.as_ref().expect("a webhook").id.clone()
}

async fn get(admin: &Actor, id: &str) -> Webhook {
    admin.webhooks().get_webhook(GetWebhookRequest { id: id.to_owned() }).await.answer()
}

async fn deliveries(admin: &Actor, webhook: &str) -> Vec<WebhookDelivery> {
    let request = ListWebhookDeliveriesRequest { webhook_id: webhook.to_owned(), page_size: 500, ..Default::default() };
    admin.webhooks().list_webhook_deliveries(request).await.answer().deliveries
}

/// Waits until a delivery of a webhook is as it should be.
async fn delivery(admin: &Actor, webhook: &str, is_so: impl Fn(&WebhookDelivery) -> bool) -> WebhookDelivery {
    until("a delivery is as it should be", async || {
        deliveries(admin, webhook).await.into_iter().find(|found| is_so(found))
    })
    .await
}

async fn cancel(teacher: &Actor, session: Uuid) {
    let request = CancelSessionRequest { id: session.to_string(), reason: "fair".to_owned() };
    teacher.sessions().cancel_session(request).await.answer();
}

async fn end(teacher: &Actor, session: Uuid) {
    teacher.sessions().end_session(EndSessionRequest { id: session.to_string() }).await.answer();
}
