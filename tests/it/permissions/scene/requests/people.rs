//! Of people, what they sign in with, the college and its audit.

use rollcall_proto::v1::ListSignInsRequest;
use rollcall_tests::{Answer as _, password::PASSWORD};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{Object, Scene, Who};

impl Scene {
    pub(super) async fn people_request(&self, method: &str, who: Who, object: Object) -> Option<Value> {
        let request = match method {
            "AuthService.Login" => json!({"email": self.email(object), "password": PASSWORD}),
            "AuthService.RefreshToken" => {
                let refresh_token = match object {
                    Object::Absent => "nonsense".to_owned(),
                    _ => self.world.actor(&self.college.students[0]).login().await.refresh_token,
                };
                json!({"refresh_token": refresh_token, "device_id": "phone"})
            }
            "AuthService.ChangePassword" => json!({"current_password": PASSWORD, "new_password": PASSWORD}),
            "AuthService.ForgotPassword" => json!({"email": self.email(object)}),
            "AuthService.Register" if object == Object::Absent => json!({"token": "nonsense", "password": PASSWORD}),
            "AuthService.Register" => {
                json!({"email": "new@x.example", "username": "New", "college": self.college.college.short_name})
            }
            "AuthService.ResetPassword" => json!({"token": "nonsense", "new_password": PASSWORD}),
            "AuthService.RevokeSignIn" => json!({"id": self.sign_in(who, object).await}),
            "ApiKeyService.ListApiKeys" => json!({"page_size": 1}),
            "ApiKeyService.CreateApiKey" => {
                json!({"name": Uuid::now_v7(), "scopes": ["PEOPLE_READ"], "current_password": PASSWORD})
            }
            "ApiKeyService.GetApiKey" | "ApiKeyService.RevokeApiKey" => json!({"id": self.spare_key(object).await}),
            "UserService.UpdateMe" => json!({"username": "Renamed"}),
            "UserService.ListUsers" => json!({"page_size": 1}),
            "UserService.CreateUser" => {
                json!({"email": format!("{}@x.example", Uuid::now_v7()), "username": "New", "role": "STUDENT"})
            }
            "UserService.UpdateUser" => {
                json!({"user": {"id": self.spare_user(object).await, "username": "Renamed"}, "update_mask": "username"})
            }
            "UserService.GetUser" | "UserService.DeleteUser" | "UserService.InviteUser" => {
                json!({"id": self.spare_user(object).await})
            }
            "CollegeService.UpdateCollege" => json!({"college": {"name": "Renamed"}, "update_mask": "name"}),
            "AuditService.ListAuditRows" => json!({"page_size": 1}),
            _ => return None,
        };
        Some(request)
    }

    /// A sign-in of the caller's, where the object is theirs; else of somebody in whose place they are not.
    async fn sign_in(&self, who: Who, object: Object) -> String {
        let person = match (who, object) {
            (_, Object::Absent) => return Uuid::now_v7().to_string(),
            (Who::Student, Object::Own) => &self.college.students[0],
            (Who::Teacher, Object::Own) => &self.college.teacher,
            (Who::Admin, Object::Own | Object::Other) => &self.college.admin,
            (Who::OtherStudent, Object::Other) => &self.other_student,
            (Who::OtherTeacher, Object::Other) => &self.college.other_teacher,
            (Who::ForeignAdmin, Object::Foreign) => &self.foreign.admin,
            (_, Object::Own | Object::Other) => &self.college.stranger,
            (_, Object::Foreign) => &self.foreign.stranger,
        };
        let person = self.world.actor(person);
        let signed_in = person.signed_in().await;
        let sign_ins = signed_in.auth().list_sign_ins(ListSignInsRequest::default()).await.answer().sign_ins;
        sign_ins.into_iter().find(|sign_in| sign_in.current).expect("the sign-in").id
    }

    fn email(&self, object: Object) -> &str {
        match object {
            Object::Own => &self.college.students[0].email,
            Object::Other => &self.other_student.email,
            Object::Foreign => &self.foreign.students[0].email,
            Object::Absent => "nobody@riverside.example",
        }
    }
}
