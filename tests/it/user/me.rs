//! GetMe and UpdateMe.

use http::Method;
use rollcall_proto::v1::{GetMeRequest, UpdateMeRequest};
use rollcall_tests::{Answer as _, Class, Kind, college::user_message, in_one_world, on_both_stores};
use serde_json::json;
use tonic::Code;

on_both_stores!(tells_and_changes_the_own_name);
in_one_world!(takes_nothing_but_the_name);

async fn tells_and_changes_the_own_name(kind: Kind) {
    let class = Class::open(kind, 1).await;
    for actor in [class.student(0), class.teacher(), class.admin()] {
        let told = actor.users().get_me(GetMeRequest {}).await.answer();
        assert_eq!(told, user_message(actor.user(), Some(&told)));
        assert!(told.created_at.is_some());
        let changed = actor.users().update_me(UpdateMeRequest { username: "Maple".to_owned() }).await.answer();
        let mut expected = told;
        expected.username = "Maple".to_owned();
        assert_eq!((&changed, &actor.users().get_me(GetMeRequest {}).await.answer()), (&expected, &expected));
    }
    let query = "SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'user.renamed' AND actor_id IS NOT NULL";
    assert_eq!(class.world.rows().await.number(query).await, 3);
}

async fn takes_nothing_but_the_name(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let rest = class.student(0).rest();
    let path = "/api/v1/users/me";
    let before = rest.get(path).await.answer();
    for (field, value) in [
        ("role", json!("ADMIN")),
        ("isActive", json!(false)),
        ("is_active", json!(false)),
        ("email", json!("other@riverside.example")),
        ("collegeId", json!(class.college.college.id)),
        ("division_id", json!(class.college.other_division.id)),
        ("password_hash", json!("x")),
        ("id", json!(class.college.admin.id)),
        ("user", json!({"role": "ADMIN"})),
    ] {
        for method in [Method::PUT, Method::PATCH] {
            let mut body = json!({"username": "Mallory"});
            body[field] = value.clone();
            let refusal = rest.send(rest.request(method, path).json(&body)).await.refused();
            assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{body}");
            assert_eq!(refusal.violations[0].0, field);
        }
    }
    for body in [json!({}), json!({"username": ""}), json!({"username": "x".repeat(201)})] {
        let refusal = rest.send(rest.request(Method::PATCH, path).json(&body)).await.refused();
        assert_eq!(refusal.violations[0].0, "username", "{body}");
    }
    assert_eq!(rest.get(path).await.answer(), before, "what was refused changed nothing");
    let put = rest.send(rest.request(Method::PUT, path).json(&json!({"username": "Cedar"}))).await.answer();
    assert_eq!(put["username"], "Cedar");
}
