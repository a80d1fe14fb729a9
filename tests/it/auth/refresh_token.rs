//! RefreshToken: a token is good once, a lost answer costs nothing, and a thief is found out.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use rollcall_proto::v1::{ListMyRecordsRequest, RefreshTokenRequest, RefreshTokenResponse};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::{College, user_message},
    in_every_world,
    kind::Store,
    world::{Plan, World},
};
use tonic::{Code, Response, Status};

in_every_world!(
    gives_a_new_pair,
    gives_the_same_pair_again_at_once,
    leaves_the_family_alone_when_one_is_made_up,
    revokes_the_family_when_a_spent_one_comes_late,
    revokes_the_family_when_a_spent_one_comes_from_another_device,
    ends_after_seven_days,
    gives_racers_one_successor
);

async fn refresh(world: &World, token: &str, device: &str) -> Result<Response<RefreshTokenResponse>, Status> {
    refresh_at(world, 0, token, device).await
}

async fn refresh_at(
    world: &World,
    replica: usize,
    token: &str,
    device: &str,
) -> Result<Response<RefreshTokenResponse>, Status> {
    let request = RefreshTokenRequest { refresh_token: token.to_owned(), device_id: device.to_owned() };
    world.nobody().at(replica).auth().refresh_token(request).await
}

async fn gives_a_new_pair(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let login = class.student(0).login().await;
    let mut token = login.refresh_token;
    for _ in 0..3 {
        let pair = refresh(&class.world, &token, "phone").await.answer();
        assert_eq!(
            pair,
            RefreshTokenResponse {
                access_token: pair.access_token.clone(),
                refresh_token: pair.refresh_token.clone(),
                expires_in_seconds: 900,
                user: Some(user_message(&class.college.students[0], pair.user.as_ref())),
            }
        );
        assert_ne!(pair.refresh_token, token);
        let student = class.student(0).with_token(pair.access_token);
        student.records().list_my_records(ListMyRecordsRequest::default()).await.answer();
        token = pair.refresh_token;
    }
    for wrong in ["", "nonsense", &token[..token.len() - 1], &login.access_token] {
        let refusal = refresh(&class.world, wrong, "phone").await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "REFRESH_TOKEN_INVALID"), "{wrong}");
    }
}

async fn gives_the_same_pair_again_at_once(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let login = class.student(0).login().await;
    let first = refresh(&class.world, &login.refresh_token, "phone").await.answer();
    let again = refresh(&class.world, &login.refresh_token, "phone").await.answer();
    assert_eq!(again.refresh_token, first.refresh_token);
    // Neither answer has spent the successor.
    refresh(&class.world, &again.refresh_token, "phone").await.answer();
}

/// Whoever knows a sign-in's id can write down what a spent token of it looks like, but not its secret: the last 32 bytes.
async fn leaves_the_family_alone_when_one_is_made_up(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let login = class.student(0).login().await;
    let current = refresh(&class.world, &login.refresh_token, "phone").await.answer();
    for genuine in [&login.refresh_token, &current.refresh_token] {
        let mut bytes = URL_SAFE_NO_PAD.decode(genuine).expect("base64url");
        let secret = bytes.len() - 32;
        bytes[secret..].fill(0);
        let refusal = refresh(&class.world, &URL_SAFE_NO_PAD.encode(bytes), "thief").await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "REFRESH_TOKEN_INVALID"));
    }
    let student = class.student(0).with_token(current.access_token);
    student.records().list_my_records(ListMyRecordsRequest::default()).await.answer();
    refresh(&class.world, &current.refresh_token, "phone").await.answer();
}

async fn revokes_the_family_when_a_spent_one_comes_late(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let login = class.student(0).login().await;
    let second = refresh(&class.world, &login.refresh_token, "phone").await.answer();
    class.world.advance(11).await;
    is_found_out(&class, &login.refresh_token, "phone", second).await;
}

async fn revokes_the_family_when_a_spent_one_comes_from_another_device(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let login = class.student(0).login().await;
    let second = refresh(&class.world, &login.refresh_token, "phone").await.answer();
    is_found_out(&class, &login.refresh_token, "thief", second).await;
}

/// The spent token is refused, and takes its successor and the access token with it.
async fn is_found_out(class: &Class, spent: &str, device: &str, second: RefreshTokenResponse) {
    let other = class.student(0).login().await;
    let refusal = refresh(&class.world, spent, device).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "REFRESH_TOKEN_INVALID"));
    let refusal = refresh(&class.world, &second.refresh_token, "phone").await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "REFRESH_TOKEN_INVALID"));
    let student = class.student(0).with_token(second.access_token);
    let refusal = student.records().list_my_records(ListMyRecordsRequest::default()).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_REVOKED"));
    // Another sign-in of the same person is another family.
    refresh(&class.world, &other.refresh_token, "phone").await.answer();
}

async fn ends_after_seven_days(kind: Kind) {
    const DAY: i64 = 86_400;
    let class = Class::open(kind, 1).await;
    let login = class.student(0).login().await;
    class.world.advance(6 * DAY).await;
    let second = refresh(&class.world, &login.refresh_token, "phone").await.answer();
    // Counted from the sign-in: an exchange does not prolong it.
    class.world.advance(DAY + 60).await;
    let refusal = refresh(&class.world, &second.refresh_token, "phone").await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "REFRESH_TOKEN_INVALID"));
}

/// How often they race stands in ROLLCALL_TEST_REFRESH_RACES.
async fn gives_racers_one_successor(kind: Kind) {
    const RACERS: usize = 32;
    let rounds = std::env::var("ROLLCALL_TEST_REFRESH_RACES").map_or(20, |rounds| rounds.parse().expect("a number"));
    let replicas = if kind.store == Store::Postgres { 2 } else { 1 };
    let class = Class::of(Plan::new(kind).replicas(replicas), College::new("riverside", 1)).await;
    for _ in 0..rounds {
        let login = class.student(0).login().await;
        let racers = (0..RACERS).map(|racer| refresh_at(&class.world, racer % replicas, &login.refresh_token, "phone"));
        let pairs = join_all(racers).await.into_iter().map(|pair| pair.answer());
        let successors: BTreeSet<String> = pairs.map(|pair| pair.refresh_token).collect();
        assert_eq!(successors.len(), 1);
        assert!(!successors.contains(&login.refresh_token));
    }
    let exchanged = |generation: &str| {
        format!("SELECT COUNT(*) AS n FROM refresh_token_families WHERE generation {generation} AND revoked_at IS NULL")
    };
    let rows = class.world.rows().await;
    assert_eq!((rows.number(&exchanged("= 1")).await, rows.number(&exchanged("<> 1")).await), (rounds, 0));
}
