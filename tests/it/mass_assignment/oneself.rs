//! Of themselves people write their name, and nothing else.

use http::Method;
use prost::Message as _;
use rollcall_tests::{Kind, call, contract};
use serde_json::{Value, json};
use tonic::Code;

use super::{scene::Scene, spellings};

/// REST has tests of its own in `user/me.rs`; over gRPC the other fields of a person can come as bytes that the request does
/// not know.
pub(super) async fn the_name_is_all_of_oneself(kind: Kind) {
    let scene = Scene::open(kind).await;
    let method = contract::method("UserService.UpdateMe");
    let fields: Vec<String> = method.input().fields().map(|field| field.name().to_owned()).collect();
    assert_eq!(fields, ["username"]);
    for caller in scene.callers(&method) {
        let user = caller.user();
        let before = scene.table("users").await;
        for field in contract::POOL.get_message_by_name("rollcall.v1.User").expect("a person").fields() {
            for spelling in spellings(field.name()).into_iter().filter(|spelling| spelling != "username") {
                for verb in [Method::PUT, Method::PATCH] {
                    let rest = caller.rest();
                    let body = json!({"username": "Mallory", &spelling: "x"});
                    let refusal = rest.send(rest.request(verb, "/api/v1/users/me").json(&body)).await.refused();
                    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{body}");
                    assert_eq!(refusal.violations[0].0, spelling, "{body}");
                }
            }
        }
        assert_eq!(scene.table("users").await, before, "what was refused changed nothing");
        let mut person = rollcall_tests::college::user_message(user, None);
        person.email = "mallory@riverside.example".to_owned();
        person.role = rollcall_proto::v1::user::Role::Admin.into();
        person.college_id = scene.foreign.college.id.to_string();
        person.is_active = Some(false);
        person.id = scene.college.admin.id.to_string();
        // The request's only field has the number of a person's id: the name comes after, and the last one counts.
        let mut bytes = person.encode_to_vec();
        bytes.extend(rollcall_proto::v1::UpdateMeRequest { username: user.username.clone() }.encode_to_vec());
        let _ = call::raw(&caller, &call::path(&method), bytes).await;
        let keep = |rows: Vec<Value>| -> Vec<Value> {
            let mut rows = rows;
            rows.iter_mut().for_each(|row| _ = row.as_object_mut().expect("a row").remove("updated_at"));
            rows
        };
        assert_eq!(keep(scene.table("users").await), keep(before), "{}", user.username);
    }
}
