//! A webhook of each college, and a message to it that nobody takes.

use std::collections::HashMap;

use rollcall_proto::v1::CancelSessionRequest;
use rollcall_tests::{Answer as _, World, college::College, until::until};
use serde_json::json;
use uuid::Uuid;

use super::{Object, Scene, Who};

/// Nobody listens there.
pub(super) const URL: &str = "https://hooks.x.example/";

/// Webhook and delivery of each college.
pub(super) struct Webhooks(HashMap<Object, (String, String)>);

impl Webhooks {
    /// Each college's hears that a session of it is cancelled.
    pub(super) async fn make(world: &World, [own, foreign]: [(&College, Uuid); 2]) -> Self {
        let (own, foreign) = (make(world, own).await, make(world, foreign).await);
        Self(HashMap::from([(Object::Own, own.clone()), (Object::Other, own), (Object::Foreign, foreign)]))
    }

    pub(super) fn of(&self, object: Object) -> (String, String) {
        let absent = || (Uuid::now_v7().to_string(), Uuid::now_v7().to_string());
        self.0.get(&object).cloned().unwrap_or_else(absent)
    }
}

async fn make(world: &World, (college, session): (&College, Uuid)) -> (String, String) {
    let admin = world.actor(&college.admin);
    let made = admin.rest().post("/api/v1/webhooks", &json!({"url": URL})).await.answer();
    let webhook = made["webhook"]["id"].as_str().expect("an id").to_owned();
    let request = CancelSessionRequest { id: session.to_string(), reason: "fair".to_owned() };
    admin.sessions().cancel_session(request).await.answer();
    let path = format!("/api/v1/webhooks/{webhook}/deliveries");
    let delivery = until("a message waits", async || {
        let told = admin.rest().get(&path).await.answer();
        told["deliveries"][0]["id"].as_str().map(str::to_owned)
    });
    (webhook, delivery.await)
}

impl Scene {
    /// One that may be deleted where it will be; a college has few.
    pub(super) async fn webhook_to_delete(&self, who: Who, object: Object) -> String {
        let admin = match (who, object) {
            (Who::Admin, Object::Own | Object::Other) => &self.college.admin,
            (Who::ForeignAdmin, Object::Foreign) => &self.foreign.admin,
            _ => return self.webhooks.of(object).0,
        };
        let made = self.world.actor(admin).rest().post("/api/v1/webhooks", &json!({"url": URL})).await.answer();
        made["webhook"]["id"].as_str().expect("an id").to_owned()
    }
}
