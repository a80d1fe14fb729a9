//! CreateUser and GetUser.

use rollcall_proto::v1::{CreateUserRequest, GetUserRequest, LoginRequest, User, user::Role};
use rollcall_tests::{Answer as _, Class, Kind, college::College, on_both_stores, password::PASSWORD, world::Plan};
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use super::named;

on_both_stores!(makes_an_account_that_can_sign_in, keeps_addresses_apart, refuses_what_is_no_account);

fn login(email: &str, password: &str) -> LoginRequest {
    LoginRequest { email: email.to_owned(), password: password.to_owned(), ..Default::default() }
}

async fn makes_an_account_that_can_sign_in(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let (admin, nobody) = (class.admin(), class.world.nobody());
    let request = CreateUserRequest { email: "Maple@Riverside.example".to_owned(), ..named("Maple", Role::Teacher) };
    let made = admin.users().create_user(request).await.answer();
    let expected = User {
        id: made.id.clone(),
        email: "maple@riverside.example".to_owned(),
        username: "Maple".to_owned(),
        role: Role::Teacher.into(),
        division_id: String::new(),
        college_id: class.college.college.id.to_string(),
        is_active: Some(true),
        created_at: made.created_at,
    };
    assert_eq!(made, expected);
    let got = admin.users().get_user(GetUserRequest { id: made.id.clone() }).await.answer();
    assert_eq!(got, expected);
    let told = nobody.auth().login(login("MAPLE@riverside.example", PASSWORD)).await.answer();
    assert_eq!(told.user, Some(expected));

    // Without a password there is nothing to sign in with.
    let without = CreateUserRequest { password: None, ..named("Cedar", Role::Student) };
    let made = admin.users().create_user(without).await.answer();
    for password in ["x", "", PASSWORD] {
        let refusal = nobody.auth().login(login(&made.email, password)).await.refused();
        assert_ne!(refusal.code, Code::Internal, "{password:?}");
    }
    let rows = class.world.rows().await;
    let plain = format!("SELECT COUNT(*) AS n FROM users WHERE password_hash LIKE '%{PASSWORD}%'");
    assert_eq!(rows.number(&plain).await, 0);
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'user.created'").await, 2);
}

async fn keeps_addresses_apart(kind: Kind) {
    let (college, other) = (College::new("riverside", 0), College::new("hillside", 0));
    let world = Plan::new(kind).start(&[&college, &other]).await;
    let admin = world.actor(&college.admin);
    admin.users().create_user(named("Maple", Role::Student)).await.answer();
    let again = CreateUserRequest { email: "MAPLE@riverside.example".to_owned(), ..named("Maple", Role::Student) };
    let refusal = admin.users().create_user(again.clone()).await.refused();
    assert_eq!(refusal.kind(), (Code::AlreadyExists, "ALREADY_EXISTS"));
    assert_eq!((refusal.told("resource"), refusal.told("field")), ("user", "email"));
    world.actor(&other.admin).users().create_user(again).await.answer();
}

async fn refuses_what_is_no_account(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let good = json!({"email": "maple@riverside.example", "username": "Maple", "role": "STUDENT"});
    for (field, value, reason) in [
        ("email", json!(""), "INVALID_FIELD"),
        ("email", json!("maple"), "INVALID_FIELD"),
        ("username", json!(""), "INVALID_FIELD"),
        ("role", json!("ROLE_UNSPECIFIED"), "INVALID_FIELD"),
        ("role", json!("OPERATOR"), "INVALID_FIELD"),
        ("password", json!("short"), "WEAK_PASSWORD"),
        ("password", json!(""), "WEAK_PASSWORD"),
        ("password", json!("password"), "WEAK_PASSWORD"),
        ("password_hash", json!("x"), "INVALID_FIELD"),
        ("is_active", json!(false), "INVALID_FIELD"),
        ("college_id", json!(Uuid::now_v7()), "INVALID_FIELD"),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let refusal = rest.post("/api/v1/users", &body).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, reason), "{body}");
        assert_eq!(refusal.violations[0].0, field, "{body}");
    }
    for id in [class.college.admin.id, Uuid::now_v7()] {
        let found = rest.get(&format!("/api/v1/users/{id}")).await.status;
        assert_eq!(found, if id == class.college.admin.id { 200 } else { 404 });
    }
}
