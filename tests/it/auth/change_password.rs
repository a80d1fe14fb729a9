//! ChangePassword: the current one is asked for, and everybody else who had got in is out.

use std::time::Duration;

use futures_util::future::join_all;
use rollcall_proto::v1::{
    ChangePasswordRequest, ChangePasswordResponse, ListMyRecordsRequest, LoginRequest, LoginResponse,
    RefreshTokenRequest,
};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal,
    actor::Actor,
    college::College,
    in_every_world, on_both_stores, on_postgres,
    password::PASSWORD,
    until::{until, until_within},
    world::{Plan, World},
};
use serde_json::json;
use tonic::{Code, Response, Status};

in_every_world!(ends_every_other_sign_in, is_limited_like_a_login);
on_both_stores!(needs_the_current_password, refuses_weak_passwords);
on_postgres!(holds_on_every_replica, lets_one_of_many_win);

const NEW: &str = "a ferry in the morning fog";

async fn change(actor: &Actor, current: &str, new: &str) -> Result<Response<ChangePasswordResponse>, Status> {
    let request = ChangePasswordRequest { current_password: current.to_owned(), new_password: new.to_owned() };
    actor.auth().change_password(request).await
}

async fn login(world: &World, email: &str, password: &str) -> Result<Response<LoginResponse>, Status> {
    let request = LoginRequest { email: email.to_owned(), password: password.to_owned(), ..Default::default() };
    world.nobody().auth().login(request).await
}

async fn refresh(world: &World, token: String) -> Result<Response<impl Sized>, Status> {
    let request = RefreshTokenRequest { refresh_token: token, device_id: "phone".to_owned() };
    world.nobody().auth().refresh_token(request).await
}

async fn call(actor: &Actor) -> Result<(), Refusal> {
    match actor.records().list_my_records(ListMyRecordsRequest::default()).await {
        Ok(_) => Ok(()),
        Err(status) => Err(Refusal::from(&status)),
    }
}

async fn ends_every_other_sign_in(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let (here, elsewhere) = (class.student(0).login().await, class.student(0).login().await);
    let another_person = class.student(1).login().await;
    let student = class.student(0).with_token(here.access_token);

    assert_eq!(change(&student, PASSWORD, NEW).await.answer(), ChangePasswordResponse {});

    assert_eq!(call(&student).await, Ok(()));
    refresh(&class.world, here.refresh_token).await.answer();
    let refusal = call(&class.student(0).with_token(elsewhere.access_token)).await.expect_err("it has ended");
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_REVOKED"));
    let refusal = refresh(&class.world, elsewhere.refresh_token).await.map(|_| ()).expect_err("it has ended");
    assert_eq!(Refusal::from(&refusal).kind(), (Code::Unauthenticated, "REFRESH_TOKEN_INVALID"));
    assert_eq!(call(&class.student(1).with_token(another_person.access_token)).await, Ok(()));

    let email = &class.college.students[0].email;
    let refusal = login(&class.world, email, PASSWORD).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "CREDENTIALS_INVALID"));
    let login = login(&class.world, email, NEW).await.answer();
    assert_eq!(call(&class.student(0).with_token(login.access_token)).await, Ok(()));

    let rows = class.world.rows().await;
    let stored = "SELECT COUNT(*) AS n FROM users WHERE password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'";
    assert_eq!(rows.number(stored).await, 1);
    let told = "SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'password.changed' AND actor_id IS NOT NULL";
    assert_eq!(rows.number(told).await, 1);
}

async fn needs_the_current_password(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let student = class.student(0).signed_in().await;
    for wrong in ["incorrect horse battery staple", NEW, "x"] {
        let refusal = change(&student, wrong, NEW).await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "CREDENTIALS_INVALID"), "{wrong}");
    }
    // Nothing has changed, and the sign-in goes on.
    assert_eq!(call(&student).await, Ok(()));
    login(&class.world, &class.college.students[0].email, PASSWORD).await.answer();
    let rows = class.world.rows().await;
    until("the refusals are written", async || {
        let told = "SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'password.refused'";
        (rows.number(told).await == 3).then_some(())
    })
    .await;
}

async fn refuses_weak_passwords(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let student = class.student(0);
    let email = &class.college.students[0].email;
    let local = email.split('@').next().expect("a local part");
    for weak in ["1234567", "12345678", "Password", "rollcall2026", "riverside-1", &format!("{local}!!!!!!!!")] {
        let refusal = change(&student, PASSWORD, weak).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "WEAK_PASSWORD"), "{weak}");
        let fields: Vec<_> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["new_password"], "{weak}");
        let body = json!({"current_password": PASSWORD, "new_password": weak});
        let over_rest = student.rest().post("/api/v1/auth/change-password", &body).await.refused();
        assert_eq!(over_rest, refusal, "{weak}");
    }
    for (current, new, field) in
        [("", NEW, "current_password"), (PASSWORD, "", "new_password"), (PASSWORD, &*"ü".repeat(513), "new_password")]
    {
        let refusal = change(&student, current, new).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{field}");
        assert_eq!(refusal.violations[0].0, field);
    }
    // Every byte of the longest one counts.
    let longest = "ferry ".repeat(170) + "fogs";
    change(&student, PASSWORD, &longest).await.answer();
    login(&class.world, email, &longest[..1023]).await.refused();
    login(&class.world, email, &longest).await.answer();
}

async fn is_limited_like_a_login(kind: Kind) {
    const LIMIT: usize = 3;
    let plan = Plan::new(kind).set("RATE_LIMIT_LOGIN_PER_MINUTE", &LIMIT.to_string());
    let class = Class::of(plan, College::new("riverside", 2)).await;
    let student = class.student(0);
    for _ in 0..2 * LIMIT {
        let refusal = change(&student, PASSWORD, "rollcall").await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "WEAK_PASSWORD"), "it is no try");
    }
    let mut tried = 0;
    let refusal = loop {
        let refusal = change(&student, &format!("guess {tried}"), NEW).await.refused();
        if refusal.reason != "CREDENTIALS_INVALID" {
            break refusal;
        }
        tried += 1;
        // Where Redis was too slow for a moment, the replica has counted by itself.
        assert!(tried <= 2 * LIMIT + 1, "nobody stops the guessing");
    };
    assert!(tried >= LIMIT);
    assert_eq!(refusal.kind(), (Code::ResourceExhausted, "RATE_LIMITED"));
    assert!(refusal.retry_after.is_some_and(|wait| !wait.is_zero()));
    change(&class.student(1), PASSWORD, NEW).await.answer();
}

async fn holds_on_every_replica(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 1)).await;
    let (here, elsewhere) = (class.student(0).signed_in().await, class.student(0).signed_in().await);
    for replica in [0, 1] {
        assert_eq!(call(&elsewhere.at(replica)).await, Ok(()));
    }
    change(&here.at(0), PASSWORD, NEW).await.answer();
    assert!(call(&elsewhere.at(0)).await.is_err(), "where it was changed, it holds at once");
    until_within("the other replica knows", Duration::from_secs(1), async || call(&elsewhere.at(1)).await.err()).await;
    for replica in [0, 1] {
        assert_eq!(call(&here.at(replica)).await, Ok(()));
    }
}

async fn lets_one_of_many_win(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 1)).await;
    let student = class.student(0).signed_in().await;
    let racers = join_all((0..32).map(|number| {
        let student = student.at(number % 2);
        async move { change(&student, PASSWORD, &format!("{NEW} {number}")).await }
    }));
    let mut winners = Vec::new();
    for (number, result) in racers.await.into_iter().enumerate() {
        match result {
            Ok(_) => winners.push(number),
            Err(status) => {
                assert_eq!(Refusal::from(&status).kind(), (Code::Unauthenticated, "CREDENTIALS_INVALID"));
            }
        }
    }
    let [winner] = winners[..] else { panic!("these have changed it: {winners:?}") };
    login(&class.world, &class.college.students[0].email, &format!("{NEW} {winner}")).await.answer();
    assert_eq!(call(&student).await, Ok(()), "the winner is one of the racers' sign-ins");
    let told = "SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'password.changed'";
    assert_eq!(class.world.rows().await.number(told).await, 1);
}
