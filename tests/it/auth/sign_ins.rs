//! ListSignIns and RevokeSignIn: everybody sees where they are signed in, and can end it.

use std::time::Duration;

use rollcall_proto::v1::{
    ListMyRecordsRequest, ListSignInsRequest, LoginRequest, LoginResponse, LogoutRequest, RefreshTokenRequest,
    RevokeSignInRequest, RevokeSignInResponse, SignIn,
};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal, actor::Actor, college::College, in_every_world, on_both_stores, on_postgres,
    password::PASSWORD, record::time, until::until_within, world::Plan,
};
use tonic::{Code, Response, Status};
use uuid::Uuid;

in_every_world!(ends_a_sign_in);
on_both_stores!(lists_the_callers_own, comes_in_pages, hides_what_is_not_the_callers);
on_postgres!(ends_it_on_every_replica);

async fn login(actor: &Actor, device: &str) -> LoginResponse {
    let request = LoginRequest {
        email: actor.user().email.clone(),
        password: PASSWORD.to_owned(),
        device_id: device.to_owned(),
        ..Default::default()
    };
    actor.auth().login(request).await.answer()
}

async fn list(actor: &Actor) -> Vec<SignIn> {
    actor.auth().list_sign_ins(ListSignInsRequest::default()).await.answer().sign_ins
}

fn devices(sign_ins: &[SignIn]) -> Vec<&str> {
    sign_ins.iter().map(|sign_in| sign_in.device_id.as_str()).collect()
}

async fn revoke(actor: &Actor, id: &str) -> Result<Response<RevokeSignInResponse>, Status> {
    actor.auth().revoke_sign_in(RevokeSignInRequest { id: id.to_owned() }).await
}

async fn lists_the_callers_own(kind: Kind) {
    const DAY: i64 = 86_400;
    let class = Class::open(kind, 2).await;
    assert_eq!(list(&class.student(0)).await, []);
    let begun = class.world.clock().now();
    let phone = login(&class.student(0), "phone").await;
    class.world.advance(60).await;
    let tablet = login(&class.student(0), "tablet").await;
    login(&class.student(1), "another person's").await;
    let gone = login(&class.student(0), "gone").await;
    class.student(0).with_token(gone.access_token).auth().logout(LogoutRequest {}).await.answer();
    let refresh = RefreshTokenRequest { refresh_token: phone.refresh_token, device_id: "phone".to_owned() };
    let phone = class.world.nobody().auth().refresh_token(refresh).await.answer();

    let student = class.student(0).with_token(phone.access_token);
    let found = list(&student).await;
    assert_eq!(devices(&found), ["tablet", "phone"]);
    assert_eq!([found[0].current, found[1].current], [false, true]);
    for sign_in in &found {
        let [created, used, expires] = [sign_in.created_at, sign_in.last_used_at, sign_in.expires_at].map(time);
        assert!(created >= begun && used >= created, "{sign_in:?}");
        assert_eq!((expires - created).num_seconds(), 7 * DAY, "{sign_in:?}");
        assert_eq!(sign_in.ip_address, "127.0.0.1");
    }
    assert_eq!(found[0].last_used_at, found[0].created_at);
    assert!((time(found[1].last_used_at) - time(found[1].created_at)).num_seconds() >= 60);

    let over_rest = student.rest().get("/api/v1/auth/sign-ins").await.answer();
    assert_eq!(over_rest["sign_ins"][1]["id"], found[1].id);
    assert_eq!(over_rest["sign_ins"][1]["current"], true);
    let from_tablet = list(&class.student(0).with_token(tablet.access_token)).await;
    assert_eq!([from_tablet[0].current, from_tablet[1].current], [true, false]);

    class.world.advance(7 * DAY - 30).await;
    assert_eq!(devices(&list(&class.student(0)).await), ["tablet"], "what is past its time has ended");
}

async fn comes_in_pages(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let student = class.student(0);
    for number in 0..5 {
        login(&student, &number.to_string()).await;
    }
    let mut found = Vec::new();
    let mut request = ListSignInsRequest { page_size: 2, ..Default::default() };
    loop {
        let page = student.auth().list_sign_ins(request.clone()).await.answer();
        assert!(page.sign_ins.len() <= 2);
        found.extend(page.sign_ins);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
        let refusal = class.teacher().auth().list_sign_ins(request.clone()).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
    }
    assert_eq!(devices(&found), ["4", "3", "2", "1", "0"]);
}

async fn ends_a_sign_in(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (here, lost) = (login(&class.student(0), "here").await, login(&class.student(0), "lost").await);
    let student = class.student(0).with_token(here.access_token);
    let found = list(&student).await;
    assert_eq!(devices(&found), ["lost", "here"]);

    assert_eq!(revoke(&student, &found[0].id).await.answer(), RevokeSignInResponse {});

    assert_eq!(devices(&list(&student).await), ["here"]);
    let thief = class.student(0).with_token(lost.access_token);
    let refusal = thief.records().list_my_records(ListMyRecordsRequest::default()).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_REVOKED"));
    let refresh = RefreshTokenRequest { refresh_token: lost.refresh_token, device_id: "lost".to_owned() };
    let refusal = class.world.nobody().auth().refresh_token(refresh).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "REFRESH_TOKEN_INVALID"));
    let refusal = revoke(&student, &found[0].id).await.refused();
    assert_eq!(refusal.kind(), (Code::NotFound, "NOT_FOUND"), "it has ended");
    let told = "SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'sign_in.revoked'";
    assert_eq!(class.world.rows().await.number(told).await, 1);

    // The current one can be ended too.
    let path = format!("/api/v1/auth/sign-ins/{}", found[1].id);
    student.rest().send(student.rest().request(http::Method::DELETE, &path)).await.answer();
    let refusal = student.records().list_my_records(ListMyRecordsRequest::default()).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_REVOKED"));
}

async fn hides_what_is_not_the_callers(kind: Kind) {
    let (one, other) = (College::new("riverside", 2), College::new("hillside", 1));
    let world = Plan::new(kind).start(&[&one, &other]).await;
    let student = world.actor(&one.students[0]);
    let login = login(&student, "phone").await;
    let id = list(&student).await[0].id.clone();
    let absent = revoke(&student, &Uuid::now_v7().to_string()).await.refused();
    assert_eq!(absent.kind(), (Code::NotFound, "NOT_FOUND"));
    for stranger in [&one.students[1], &one.teacher, &one.admin, &other.students[0], &other.admin] {
        let stranger = world.actor(stranger);
        assert_eq!(revoke(&stranger, &id).await.refused(), absent);
        assert_eq!(list(&stranger).await, []);
    }
    let student = student.with_token(login.access_token);
    student.records().list_my_records(ListMyRecordsRequest::default()).await.answer();
}

async fn ends_it_on_every_replica(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 1)).await;
    let (here, lost) = (class.student(0).signed_in().await, class.student(0).signed_in().await);
    let call = async |replica| lost.at(replica).records().list_my_records(ListMyRecordsRequest::default()).await;
    for replica in [0, 1] {
        call(replica).await.answer();
    }
    let found = list(&here).await;
    let other = found.iter().find(|sign_in| !sign_in.current).expect("the other one");
    revoke(&here, &other.id).await.answer();
    let status = until_within("the other replica knows", Duration::from_secs(1), async || call(1).await.err()).await;
    assert_eq!(Refusal::from(&status).kind(), (Code::Unauthenticated, "TOKEN_REVOKED"));
    call(0).await.refused();
}
