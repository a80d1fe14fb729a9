//! Of devices.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rollcall_tests::device::Phone;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{Object, Scene};

impl Scene {
    pub(super) async fn device_request(&self, method: &str, object: Object) -> Option<Value> {
        let request = match method {
            "DeviceService.EnrolDevice" => json!({
                "algorithm": "ED25519",
                "public_key": STANDARD.encode(Phone::new("phone").public_key()),
                "nonce": STANDARD.encode([0; 40]),
                "proof": STANDARD.encode([0; 64]),
            }),
            "OfflineService.HandInCheckIns" => json!({"check_ins": [{
                "check_in_id": Uuid::now_v7(),
                "session_id": self.session(object),
                "device": {},
                "nonce_received_at": "2026-11-20T09:00:00Z",
                "elapsed_ms": 1000,
            }]}),
            "DeviceService.ListDevices" => {
                let id = if object == Object::Absent { Uuid::now_v7() } else { self.student(object).id };
                json!({"user_id": id})
            }
            "DeviceService.ApproveDevice" | "DeviceService.RevokeDevice" => {
                json!({"id": self.spare_device(object).await})
            }
            _ => return None,
        };
        Some(request)
    }

    /// A device of the object's student, which waits to be approved where it is not the first one.
    async fn spare_device(&self, object: Object) -> String {
        if object == Object::Absent {
            return Uuid::now_v7().to_string();
        }
        Phone::new("phone").enrol(&self.world.actor(self.student(object))).await.id
    }
}
