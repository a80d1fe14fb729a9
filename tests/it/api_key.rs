//! ApiKeyService: how a college's other systems call without anybody signing in.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use rollcall_proto::v1::{
    ApiKey, CreateApiKeyRequest, CreateApiKeyResponse, CreateUserRequest, GetApiKeyRequest, InviteUserRequest,
    ListApiKeysRequest, ListDivisionsRequest, ListUsersRequest, LoginRequest, RevokeApiKeyRequest, access::Scope,
    user::Role,
};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal,
    actor::Actor,
    college::College,
    in_every_world,
    mail::Line,
    on_both_stores, on_postgres,
    password::PASSWORD,
    record::{time, timestamp},
    until::{until, until_within},
    world::{Plan, SECRET},
};
use serde_json::json;
use sha2::Sha256;
use tonic::Code;

in_every_world!(does_what_it_was_made_for_until_it_is_revoked);
on_both_stores!(
    is_told_once_and_kept_as_a_hash,
    expires,
    remembers_its_last_use,
    has_a_name_of_its_own_while_it_lives,
    makes_and_changes_students_only,
    takes_the_password_of_whoever_makes_it,
    ends_with_the_administration_of_whoever_made_it,
    says_in_the_audit_that_it_was_a_key,
    is_counted_by_itself,
    comes_in_pages,
    stays_revoked_when_the_list_has_forgotten_it,
    is_forged_by_nobody_who_knows_the_master_secret,
);
on_postgres!(is_revoked_on_every_replica);

async fn make(admin: &Actor, name: &str, scopes: &[Scope]) -> CreateApiKeyResponse {
    let request = CreateApiKeyRequest {
        name: name.to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).into()).collect(),
        expires_at: None,
        current_password: PASSWORD.to_owned(),
    };
    admin.api_keys().create_api_key(request).await.answer()
}

async fn list(admin: &Actor) -> Vec<ApiKey> {
    admin.api_keys().list_api_keys(ListApiKeysRequest::default()).await.answer().api_keys
}

async fn revoke(admin: &Actor, id: &str) -> ApiKey {
    admin.api_keys().revoke_api_key(RevokeApiKeyRequest { id: id.to_owned() }).await.answer()
}

async fn does_what_it_was_made_for_until_it_is_revoked(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let admin = class.admin();
    let made = make(&admin, "timetable system", &[Scope::PeopleRead, Scope::OrganisationRead]).await;
    let integrator = class.world.nobody().with_token(&made.key);
    let users = integrator.users().list_users(ListUsersRequest::default()).await.answer().users;
    assert_eq!(users, admin.users().list_users(ListUsersRequest::default()).await.answer().users);
    let over_rest = integrator.rest().get("/api/v1/divisions").await.answer();
    assert_eq!(over_rest["divisions"][0]["id"], class.college.division.id.to_string());

    let refusal = integrator.rest().post("/api/v1/divisions", &json!({"name": "Botany"})).await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "SCOPE_MISSING"));
    assert_eq!(refusal.metadata["scope"], "ORGANISATION_WRITE");
    let refusal = integrator.rest().get("/api/v1/users/me").await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "ROLE_NOT_ALLOWED"));
    let refusal = integrator.rest().get("/api/v1/api-keys").await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "ROLE_NOT_ALLOWED"));

    let id = made.api_key.expect("the key").id;
    let revoked = revoke(&admin, &id).await;
    assert!(revoked.revoked_at.is_some());
    assert_eq!(revoke(&admin, &id).await.revoked_at, revoked.revoked_at, "again");
    let refusal = integrator.users().list_users(ListUsersRequest::default()).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_REVOKED"));
}

async fn is_told_once_and_kept_as_a_hash(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let made = make(&admin, "doors", &[Scope::AttendanceRead, Scope::AttendanceRead, Scope::PeopleRead]).await;
    let (text, key) = (made.key, made.api_key.expect("the key"));
    assert!(text.starts_with("rck_") && text.len() == 122, "{text}");
    assert_eq!(key.scopes().collect::<Vec<_>>(), [Scope::PeopleRead, Scope::AttendanceRead], "each once");
    assert_eq!(key.created_by, class.college.admin.id.to_string());
    assert_eq!(list(&admin).await, std::slice::from_ref(&key));
    assert_eq!(admin.api_keys().get_api_key(GetApiKeyRequest { id: key.id }).await.answer().name, "doors");

    // Neither the text nor the part of it that is secret is kept anywhere.
    let rows = class.world.rows().await;
    let secret = &text[text.len() - 70..];
    for table in ["api_keys", "audit_rows"] {
        let column = if table == "api_keys" { "scopes" } else { "detail" };
        let found = format!("SELECT COUNT(*) AS n FROM {table} WHERE CAST({column} AS TEXT) LIKE '%{secret}%'");
        assert_eq!(rows.number(&found).await, 0, "{table}");
    }
    let log = std::fs::read_to_string(class.world.log(0)).expect("the log");
    assert!(!log.contains(secret), "the log tells the secret");

    // Every character counts.
    let mut forged = text.into_bytes();
    for index in [4, 30, 60, 100, 121] {
        let kept = std::mem::replace(&mut forged[index], b'-');
        let changed = String::from_utf8(forged.clone()).expect("ASCII");
        if kept != b'-' {
            let refusal = class.world.nobody().with_token(changed).rest().get("/api/v1/users").await.refused();
            assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_INVALID"), "at {index}");
        }
        forged[index] = kept;
    }
}

async fn expires(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let (admin, now) = (class.admin(), class.world.clock().now());
    let at = |seconds| Some(timestamp(now + chrono::TimeDelta::seconds(seconds)));
    let request = |seconds| CreateApiKeyRequest {
        name: "short".to_owned(),
        scopes: vec![Scope::PeopleRead.into()],
        expires_at: at(seconds),
        current_password: PASSWORD.to_owned(),
    };
    for wrong in [-10, 6 * 366 * 86_400] {
        let refusal = admin.api_keys().create_api_key(request(wrong)).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"));
        assert_eq!(refusal.violations[0].0, "expires_at");
    }
    let made = admin.api_keys().create_api_key(request(600)).await.answer();
    let integrator = class.world.nobody().with_token(made.key);
    integrator.users().list_users(ListUsersRequest::default()).await.answer();
    class.world.advance(601).await;
    let refusal = integrator.users().list_users(ListUsersRequest::default()).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_EXPIRED"));
}

async fn remembers_its_last_use(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let made = make(&admin, "doors", &[Scope::PeopleRead]).await;
    assert_eq!(list(&admin).await[0].last_used_at, None);
    let before = class.world.clock().now();
    let integrator = class.world.nobody().with_token(made.key);
    integrator.users().list_users(ListUsersRequest::default()).await.answer();
    let used = until("the use is written down", async || list(&admin).await[0].last_used_at).await;
    assert!(time(Some(used)) >= before);
    // A refused call is a use too: somebody has the key.
    assert_eq!(integrator.rest().get("/api/v1/users/me").await.refused().reason, "ROLE_NOT_ALLOWED");
}

async fn has_a_name_of_its_own_while_it_lives(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let first = make(&admin, "doors", &[Scope::PeopleRead]).await;
    let request = CreateApiKeyRequest {
        name: "doors".to_owned(),
        scopes: vec![Scope::PeopleRead.into()],
        expires_at: None,
        current_password: PASSWORD.to_owned(),
    };
    let refusal = admin.api_keys().create_api_key(request.clone()).await.refused();
    assert_eq!(refusal.kind(), (Code::AlreadyExists, "ALREADY_EXISTS"));
    revoke(&admin, &first.api_key.expect("the key").id).await;
    admin.api_keys().create_api_key(request.clone()).await.answer();
    for scopes in [vec![], vec![0], vec![Scope::PeopleRead.into(), 99]] {
        let refusal =
            admin.api_keys().create_api_key(CreateApiKeyRequest { scopes, ..request.clone() }).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"));
    }
}

/// A key that could make a teacher, or take somebody's account over, would be one.
async fn makes_and_changes_students_only(kind: Kind) {
    let class = Class::of(Plan::new(kind).mail(Line::Plain), College::new("riverside", 1)).await;
    let made = make(&class.admin(), "enrolment office", &[Scope::PeopleRead, Scope::PeopleWrite]).await;
    let integrator = class.world.nobody().with_token(made.key);
    let person = |role: Role| CreateUserRequest {
        email: format!("{}@example.edu", role.as_str_name().to_lowercase()),
        username: "Somebody".to_owned(),
        role: role.into(),
        ..Default::default()
    };
    let barred = |refusal: Refusal| assert_eq!(refusal.kind(), (Code::PermissionDenied, "ROLE_NOT_ALLOWED"));
    for role in [Role::Admin, Role::Teacher] {
        barred(integrator.users().create_user(person(role)).await.refused());
        barred(integrator.users().create_user(CreateUserRequest { invite: true, ..person(role) }).await.refused());
    }
    let with_password = CreateUserRequest { password: Some("a ferry at dawn".to_owned()), ..person(Role::Student) };
    barred(integrator.users().create_user(with_password).await.refused());
    let student = integrator.users().create_user(person(Role::Student)).await.answer();
    let rest = integrator.rest();
    let patch = async |id: &str, change: serde_json::Value| {
        let path = format!(
            "/api/v1/users/{id}?update_mask={}",
            change.as_object().expect("fields").keys().next().expect("one")
        );
        rest.send(rest.request(Method::PATCH, &path).json(&change)).await
    };
    for role in ["ADMIN", "TEACHER"] {
        barred(patch(&student.id, json!({"role": role})).await.refused());
    }
    // Nobody has shown yet that the address is theirs.
    let told = patch(&student.id, json!({"email": "elsewhere@example.edu"})).await.answer();
    assert_eq!(told["email"], "elsewhere@example.edu");
    integrator.users().invite_user(InviteUserRequest { id: student.id.clone() }).await.answer();
    class.world.mail().message("elsewhere@example.edu", 1).await.token();

    let with_password = class.college.students[0].id.to_string();
    barred(patch(&with_password, json!({"email": "taken.over@example.edu"})).await.refused());
    assert_eq!(patch(&with_password, json!({"username": "Maple"})).await.answer()["username"], "Maple");
    for person in [&class.college.admin, &class.college.teacher] {
        let id = person.id.to_string();
        for change in [json!({"email": "taken.over@example.edu"}), json!({"role": "STUDENT"}), json!({"username": "X"})]
        {
            barred(patch(&id, change).await.refused());
        }
        barred(rest.send(rest.request(Method::DELETE, &format!("/api/v1/users/{id}"))).await.refused());
        barred(integrator.users().invite_user(InviteUserRequest { id }).await.refused());
    }
    rest.send(rest.request(Method::DELETE, &format!("/api/v1/users/{}", student.id))).await.answer();
}

/// A key outlives a sign-in, so a sign-in alone makes none.
async fn takes_the_password_of_whoever_makes_it(kind: Kind) {
    let class = Class::of(Plan::new(kind).set("RATE_LIMIT_LOGIN_PER_MINUTE", "3"), College::new("riverside", 0)).await;
    let admin = class.admin();
    let rest = admin.rest();
    let send = async |password: serde_json::Value| {
        let body = json!({"name": "doors", "scopes": ["PEOPLE_READ"], "current_password": password});
        rest.post("/api/v1/api-keys", &body).await
    };
    assert_eq!(send(json!(null)).await.refused().kind(), (Code::InvalidArgument, "INVALID_FIELD"));
    assert_eq!(send(json!("another one")).await.refused().kind(), (Code::Unauthenticated, "CREDENTIALS_INVALID"));
    assert_eq!(list(&admin).await, []);
    let reply = send(json!(PASSWORD)).await;
    assert_eq!(reply.headers["cache-control"], "no-store");
    reply.answer();
    for _ in 0..2 {
        send(json!("another one")).await.refused();
    }
    assert_eq!(
        send(json!(PASSWORD)).await.refused().kind(),
        (Code::ResourceExhausted, "RATE_LIMITED"),
        "guesses count"
    );
    // Where a password is changed the tries count together.
    let request = json!({"current_password": PASSWORD, "new_password": "a ferry in the morning fog"});
    let refusal = rest.post("/api/v1/auth/change-password", &request).await.refused();
    assert_eq!(refusal.reason, "RATE_LIMITED");
}

/// Whoever is not trusted with the college any more has left no key behind.
async fn ends_with_the_administration_of_whoever_made_it(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let (first, nobody) = (class.admin(), class.world.nobody());
    let kept = make(&first, "kept", &[Scope::PeopleRead]).await;
    let rest = first.rest();
    for (number, end) in ["role", "is_active", "delete", "file"].into_iter().enumerate() {
        let person = CreateUserRequest {
            email: format!("second{number}@riverside.example"),
            username: "Second".to_owned(),
            role: Role::Admin.into(),
            password: Some(PASSWORD.to_owned()),
            invite: false,
        };
        let second = first.users().create_user(person.clone()).await.answer();
        let login = LoginRequest { email: person.email.clone(), password: PASSWORD.to_owned(), ..Default::default() };
        let token = nobody.auth().login(login).await.answer().access_token;
        let made = make(&nobody.with_token(token), end, &[Scope::PeopleRead]).await;
        let integrator = nobody.with_token(&made.key);
        integrator.users().list_users(ListUsersRequest::default()).await.answer();
        let path = format!("/api/v1/users/{}", second.id);
        match end {
            "role" => rest.send(rest.request(Method::PATCH, &path).json(&json!({"role": "TEACHER"}))).await,
            "is_active" => rest.send(rest.request(Method::PATCH, &path).json(&json!({"is_active": false}))).await,
            "delete" => rest.send(rest.request(Method::DELETE, &path)).await,
            _ => {
                let csv = format!("email,username,role\n{},Second,TEACHER\n", person.email);
                let request = rest.request(Method::POST, "/api/v1/imports/users").header("content-type", "text/csv");
                rest.send(request.body(csv)).await
            }
        }
        .answer();
        let refusal = integrator.users().list_users(ListUsersRequest::default()).await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_REVOKED"), "{end}");
        let id = made.api_key.expect("the key").id;
        let told = rest.get(&format!("/api/v1/audit?object_type=api_key&object_id={id}")).await.answer();
        let rows = told["audit_rows"].as_array().expect("rows");
        assert_eq!(rows[0]["action"], "api_key.revoked", "{end}");
        assert_eq!(rows[0]["actor_id"], class.college.admin.id.to_string(), "{end}");
    }
    let integrator = nobody.with_token(kept.key);
    integrator.users().list_users(ListUsersRequest::default()).await.answer();
}

async fn says_in_the_audit_that_it_was_a_key(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let made = make(&admin, "timetable system", &[Scope::OrganisationWrite]).await;
    let id = made.api_key.expect("the key").id;
    let integrator = class.world.nobody().with_token(made.key);
    integrator.rest().post("/api/v1/divisions", &json!({"name": "Botany"})).await.answer();
    integrator.rest().get("/api/v1/users").await.refused();
    revoke(&admin, &id).await;
    let of = async |filter: &str| {
        let found = admin.rest().get(&format!("/api/v1/audit?{filter}")).await.answer();
        found["audit_rows"].as_array().expect("rows").clone()
    };
    let rows = until("the denial is written", async || {
        let rows = of(&format!("actor_id={id}")).await;
        (rows.len() == 2).then_some(rows)
    })
    .await;
    assert_eq!([&rows[0]["action"], &rows[1]["action"]], [&json!("call.denied"), &json!("division.created")]);
    assert!(rows.iter().all(|row| row["actor_kind"] == "API_KEY"), "{rows:?}");
    let rows = of(&format!("object_type=api_key&object_id={id}")).await;
    let told: Vec<_> = rows.iter().map(|row| (&row["action"], &row["actor_kind"], &row["detail"]["name"])).collect();
    let (user, name) = (json!("USER"), json!("timetable system"));
    assert_eq!(told, [(&json!("api_key.revoked"), &user, &name), (&json!("api_key.created"), &user, &name)]);
}

async fn is_counted_by_itself(kind: Kind) {
    let plan = Plan::new(kind).set("RATE_LIMIT_KEY_PER_HOUR", "3").set("RATE_LIMIT_USER_PER_HOUR", "1000");
    let class = Class::of(plan, College::new("riverside", 0)).await;
    let made = make(&class.admin(), "doors", &[Scope::OrganisationRead]).await;
    let other = make(&class.admin(), "windows", &[Scope::OrganisationRead]).await;
    let integrator = class.world.nobody().with_token(made.key);
    for _ in 0..3 {
        integrator.divisions().list_divisions(ListDivisionsRequest::default()).await.answer();
    }
    let refusal = integrator.divisions().list_divisions(ListDivisionsRequest::default()).await.refused();
    assert_eq!(refusal.kind(), (Code::ResourceExhausted, "RATE_LIMITED"));
    class.world.nobody().with_token(other.key).rest().get("/api/v1/divisions").await.answer();
}

async fn comes_in_pages(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    for number in 0..5 {
        make(&admin, &format!("key {number}"), &[Scope::PeopleRead]).await;
    }
    let mut request = ListApiKeysRequest { page_size: 2, page_token: String::new() };
    let mut names = Vec::new();
    loop {
        let page = admin.api_keys().list_api_keys(request.clone()).await.answer();
        names.extend(page.api_keys.into_iter().map(|key| key.name));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(names, ["key 4", "key 3", "key 2", "key 1", "key 0"]);
}

/// What was revoked stands in a list for as long as an access token could live, and in the key's row for ever.
async fn stays_revoked_when_the_list_has_forgotten_it(kind: Kind) {
    let mut class = Class::open(kind, 0).await;
    let made = make(&class.admin(), "doors", &[Scope::PeopleRead]).await;
    let integrator = class.world.nobody().with_token(made.key);
    integrator.users().list_users(ListUsersRequest::default()).await.answer();
    revoke(&class.admin(), &made.api_key.expect("the key").id).await;
    class.world.ran("identity.purge").await;
    class.world.advance(3600).await;
    class.world.ran("identity.purge").await;
    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM token_revocations").await, 0, "what has expired is purged");
    // A server that has just started knows no more than the tables.
    class.world.kill(0).await;
    class.world.resume(0).await;
    let refusal = integrator.users().list_users(ListUsersRequest::default()).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_REVOKED"));
}

/// The master secret seals a key's text, and what is random in it is kept as a hash: neither alone makes a key.
async fn is_forged_by_nobody_who_knows_the_master_secret(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let text = make(&class.admin(), "doors", &[Scope::PeopleRead]).await.key;
    assert_eq!(sealed(&text, 0), text, "sealed as the server does it");
    let integrator = |text: String| class.world.nobody().with_token(text).users();
    integrator(text.clone()).list_users(ListUsersRequest::default()).await.answer();
    let refusal = integrator(sealed(&text, 1)).list_users(ListUsersRequest::default()).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_INVALID"));
}

/// A key's text with another secret, sealed with what is derived from the master secret.
fn sealed(text: &str, difference: u8) -> String {
    let body = URL_SAFE_NO_PAD.decode(text.strip_prefix("rck_").expect("its prefix")).expect("base64");
    let (ids, rest) = body.split_at(32);
    let (secret, seal) = rest.split_at(32);
    let mut secret = secret.to_vec();
    secret[7] ^= difference;
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, SECRET.as_bytes()).expand(b"rollcall api key v1", &mut key).expect("32 bytes");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    for part in [&ids[..16], &ids[16..], &secret] {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    let made = mac.finalize().into_bytes();
    format!("rck_{}", URL_SAFE_NO_PAD.encode([ids, &secret, &made[..seal.len()]].concat()))
}

async fn is_revoked_on_every_replica(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 0)).await;
    let made = make(&class.admin(), "doors", &[Scope::PeopleRead]).await;
    let integrator = class.world.nobody().with_token(made.key).at(1);
    integrator.users().list_users(ListUsersRequest::default()).await.answer();
    revoke(&class.admin(), &made.api_key.expect("the key").id).await;
    until_within("the other replica refuses the key", Duration::from_secs(1), async || {
        let refused = integrator.users().list_users(ListUsersRequest::default()).await.err()?;
        (refused.code() == Code::Unauthenticated).then_some(())
    })
    .await;
}
