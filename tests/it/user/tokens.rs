//! Who may do something else from now on is signed out, everywhere and at once.

use std::time::Duration;

use rollcall_proto::v1::{GetMeRequest, LoginRequest, RefreshTokenRequest, User, user::Role};
use rollcall_tests::{
    Answer as _, Class, Kind, college::College, in_worlds, password::PASSWORD, until::until_within, world::Plan,
};
use tonic::Code;

use super::{change, named};

in_worlds!([
    sqlite_redis SQLITE_REDIS,
    postgres_memory POSTGRES_MEMORY,
    postgres_redis POSTGRES_REDIS
] end_with_role_and_rest);

async fn end_with_role_and_rest(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 0)).await;
    let admin = class.admin();
    let made = admin.users().create_user(named("Maple", Role::Teacher)).await.answer();
    let nobody = class.world.nobody();
    let login = || LoginRequest {
        email: made.email.clone(),
        password: PASSWORD.to_owned(),
        device_id: "phone".to_owned(),
        ..Default::default()
    };
    let promoted = User { id: made.id.clone(), role: Role::Admin.into(), ..Default::default() };
    let renamed = User { id: made.id.clone(), username: "Cedar".to_owned(), ..Default::default() };
    let resting = User { id: made.id.clone(), is_active: Some(false), ..Default::default() };
    let back = User { id: made.id.clone(), is_active: Some(true), ..Default::default() };

    for (user, field, ends) in [(renamed, "username", false), (promoted, "role", true), (resting, "is_active", true)] {
        let tokens = nobody.auth().login(login()).await.answer();
        let person = admin.with_token(tokens.access_token.clone());
        for replica in [0, 1] {
            person.at(replica).users().get_me(GetMeRequest {}).await.answer();
        }
        admin.users().update_user(change(user, &[field])).await.answer();
        let refresh = RefreshTokenRequest { refresh_token: tokens.refresh_token, device_id: "phone".to_owned() };
        let refreshed = nobody.at(1).auth().refresh_token(refresh).await;
        if !ends {
            refreshed.answer();
            person.at(1).users().get_me(GetMeRequest {}).await.answer();
            continue;
        }
        assert_eq!(refreshed.refused().kind(), (Code::Unauthenticated, "REFRESH_TOKEN_INVALID"), "{field}");
        let refusal = person.users().get_me(GetMeRequest {}).await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_REVOKED"), "{field}");
        until_within("the other replica has heard of it", Duration::from_secs(1), async || {
            person.at(1).users().get_me(GetMeRequest {}).await.is_err().then_some(())
        })
        .await;
    }
    let refusal = nobody.auth().login(login()).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "CREDENTIALS_INVALID"), "who is not active cannot sign in");

    // A sign-in after the change is a new one, in the same second too.
    admin.users().update_user(change(back, &["is_active"])).await.answer();
    let tokens = nobody.auth().login(login()).await.answer();
    let person = admin.with_token(tokens.access_token);
    let told = person.users().get_me(GetMeRequest {}).await.answer();
    assert_eq!((told.role(), told.is_active), (Role::Admin, Some(true)));
    person.users().create_user(named("Ravi", Role::Student)).await.answer();
}
