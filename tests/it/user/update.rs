//! UpdateUser: what is written, and what is not.

use http::Method;
use rollcall_proto::v1::{GetUserRequest, User, user::Role};
use rollcall_tests::{Answer as _, Class, Kind, on_both_stores};
use serde_json::{Value, json};
use tonic::Code;

use super::{change, named};

on_both_stores!(writes_what_the_mask_names, replaces_whole_or_in_part);

async fn writes_what_the_mask_names(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let admin = class.admin();
    let made = admin.users().create_user(named("Maple", Role::Student)).await.answer();
    let wanted = User {
        id: made.id.clone(),
        email: "Cedar@Riverside.example".to_owned(),
        username: "Cedar".to_owned(),
        role: Role::Admin.into(),
        is_active: Some(false),
        ..Default::default()
    };
    let renamed = admin.users().update_user(change(wanted.clone(), &["username"])).await.answer();
    assert_eq!(renamed, User { username: "Cedar".to_owned(), ..made.clone() });
    let moved = admin.users().update_user(change(wanted.clone(), &["email"])).await.answer();
    assert_eq!(moved, User { email: "cedar@riverside.example".to_owned(), ..renamed });
    for mask in ["*", "id", "college_id", "division_id", "password_hash", "created_at", "isActive", "user.role"] {
        let refusal = admin.users().update_user(change(wanted.clone(), &[mask])).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{mask}");
        assert_eq!(refusal.violations[0].0, "update_mask");
    }
    let taken = User { email: class.college.students[0].email.to_uppercase(), ..wanted };
    let refusal = admin.users().update_user(change(taken, &["email"])).await.refused();
    assert_eq!((refusal.kind(), refusal.told("field")), ((Code::AlreadyExists, "ALREADY_EXISTS"), "email"));
    let got = admin.users().get_user(GetUserRequest { id: made.id }).await.answer();
    assert_eq!(got, moved);
}

async fn replaces_whole_or_in_part(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let rest = class.admin().rest();
    let path = format!("/api/v1/users/{}", class.college.students[0].id);
    let send = async |method: Method, body: &Value| rest.send(rest.request(method, &path).json(body)).await;
    let before = rest.get(&path).await.answer();
    assert_eq!(before["division_id"], json!(class.college.division.id));

    let patched = send(Method::PATCH, &json!({"isActive": false})).await.answer();
    let mut expected = before.clone();
    expected["is_active"] = json!(false);
    assert_eq!(patched, expected);
    // What was read can be sent back with what is to change.
    let mut whole = patched.clone();
    (whole["username"], whole["is_active"]) = (json!("Maple"), json!(true));
    assert_eq!(send(Method::PUT, &whole).await.answer(), whole);

    for (method, body, field) in [
        (Method::PUT, json!({"username": "P", "email": "p@riverside.example", "role": "STUDENT"}), "is_active"),
        (Method::PUT, json!({"username": "P", "email": "p@riverside.example", "is_active": true}), "role"),
        (Method::PATCH, json!({"role": "ROLE_UNSPECIFIED"}), "role"),
        (Method::PATCH, json!({"email": "maple"}), "email"),
        (Method::PATCH, json!({"username": ""}), "username"),
        (Method::PATCH, json!({"division_id": class.college.other_division.id}), "update_mask"),
        (Method::PATCH, json!({"collegeId": class.college.college.id}), "update_mask"),
        (Method::PATCH, json!({"password_hash": "x"}), "password_hash"),
        (Method::PATCH, json!({"created_at": "2026-01-01T00:00:00Z"}), "update_mask"),
    ] {
        let refusal = send(method, &body).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{body}");
        assert_eq!(refusal.violations[0].0, field, "{body}");
    }
    for (field, value) in [
        ("division_id", json!(class.college.other_division.id)),
        ("college_id", json!(class.college.other_division.id)),
        ("created_at", json!("2026-01-01T00:00:00Z")),
    ] {
        let mut body = whole.clone();
        body[field] = value;
        let refusal = send(Method::PUT, &body).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{body}");
        assert_eq!(refusal.violations[0].0, field, "{body}");
    }
    assert_eq!(rest.get(&path).await.answer(), whole, "what was refused changed nothing");
}
