//! Of policies.

use rollcall_tests::actor::Actor;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{Object, Scene};

impl Scene {
    pub(super) async fn policy_request(&self, method: &str, object: Object) -> Option<Value> {
        let rules = json!({"requirements": [{"factors": ["CODE"]}], "late_grace_seconds": 60});
        let request = match method {
            "PolicyService.CreatePolicy" => {
                json!({"scope": "DIVISION", "scope_id": self.spare_division(object, false).await, "rules": rules})
            }
            "PolicyService.DeletePolicy" => json!({"id": self.spare_policy(object).await}),
            "PolicyService.GetPolicy" => json!({"id": self.policy(object)}),
            "PolicyService.ComparePolicy" => {
                json!({"id": self.policy(object), "from": "2026-01-01", "to": "2026-01-02"})
            }
            "PolicyService.ListPolicyVersions" => json!({"policy_id": self.policy(object)}),
            "PolicyService.ListPolicies" => json!({"page_size": 1}),
            "PolicyService.UpdatePolicy" => {
                json!({"policy": {"id": self.policy(object), "rules": rules}, "update_mask": "rules"})
            }
            "PolicyService.GetSessionPolicy" => json!({"session_id": self.session(object)}),
            _ => return None,
        };
        Some(request)
    }

    fn policy(&self, object: Object) -> String {
        match object {
            Object::Absent => Uuid::now_v7().to_string(),
            Object::Foreign => self.policies[1].clone(),
            Object::Own | Object::Other => self.policies[0].clone(),
        }
    }

    /// A policy of the object's college that a call may use up.
    async fn spare_policy(&self, object: Object) -> String {
        let admin = match object {
            Object::Absent => return Uuid::now_v7().to_string(),
            Object::Foreign => self.world.actor(&self.foreign.admin),
            Object::Own | Object::Other => self.world.actor(&self.college.admin),
        };
        let division = self.spare_division(object, false).await;
        make_shadow(&admin, &json!({"scope": "DIVISION", "scope_id": division})).await
    }
}

/// A policy that decides nothing.
pub async fn make_shadow(admin: &Actor, of: &Value) -> String {
    let mut request = of.clone();
    request["is_shadow"] = json!(true);
    request["rules"] = json!({"requirements": [{"factors": ["CODE"]}]});
    let made = admin.rest().post("/api/v1/policies", &request).await.answer();
    made["id"].as_str().expect("an id").to_owned()
}
