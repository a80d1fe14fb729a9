//! Rate limits: they stop guessing, and never a class that comes in at nine.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::{StreamExt as _, stream};
use http::Method;
use rollcall_proto::v1::{CheckInRequest, ListMyRecordsRequest, LoginRequest, LoginResponse, RefreshTokenRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal, World,
    college::College,
    in_every_world,
    kind::Bus,
    password::PASSWORD,
    rest::Reply,
    token,
    world::{Plan, SECRET},
};
use tonic::{Code, Response, Status, metadata::MetadataMap};
use uuid::Uuid;

in_every_world!(
    stop_guessing_at_one_account,
    stop_calls_without_a_token,
    stop_one_user,
    let_a_class_behind_one_address_in,
    say_what_is_left,
    tell_a_class_that_wakes_up_to_refresh
);

const MINUTE: Duration = Duration::from_secs(60);

async fn login(world: &World, email: &str, password: &str) -> Result<Response<LoginResponse>, Status> {
    let request = LoginRequest { email: email.to_owned(), password: password.to_owned(), ..LoginRequest::default() };
    world.nobody().auth().login(request).await
}

/// How many calls may have been let through since `begun`. What a caller may do at once comes back bit by bit over the period,
/// and where Redis was too slow for a moment, a replica has counted by itself.
fn most(kind: Kind, limit: usize, period: Duration, begun: Instant) -> usize {
    let at_once = if kind.bus == Bus::Redis { 2 * limit } else { limit };
    let since = begun.elapsed().as_secs_f64() / period.as_secs_f64() * limit as f64;
    at_once + since as usize + 1
}

/// Too many calls, with the time to wait.
fn assert_limited(refusal: &Refusal) {
    assert_eq!(refusal.kind(), (Code::ResourceExhausted, "RATE_LIMITED"));
    assert!(refusal.retry_after.is_some_and(|wait| !wait.is_zero()), "{refusal:?}");
    assert!(!refusal.told("limit").is_empty(), "{refusal:?}");
}

async fn stop_guessing_at_one_account(kind: Kind) {
    const LIMIT: usize = 10;
    let plan = Plan::new(kind).set("RATE_LIMIT_LOGIN_PER_MINUTE", &LIMIT.to_string());
    let class = Class::of(plan, College::new("riverside", 2)).await;
    let guessed = &class.college.students[0].email;
    let (begun, mut tried) = (Instant::now(), 0);
    let limited = loop {
        let refusal = login(&class.world, guessed, &format!("guess {tried}")).await.refused();
        if refusal.reason != "CREDENTIALS_INVALID" {
            break refusal;
        }
        tried += 1;
        assert!(tried <= most(kind, LIMIT, MINUTE, begun), "guess {tried} was let through");
    };
    assert_limited(&limited);
    assert!(tried >= LIMIT / 2, "stopped after {tried}");
    // Now the right password does not help either, in any spelling of the address, and others are not touched.
    assert_limited(&login(&class.world, &guessed.to_uppercase(), PASSWORD).await.refused());
    login(&class.world, &class.college.students[1].email, PASSWORD).await.answer();
}

async fn stop_calls_without_a_token(kind: Kind) {
    const LIMIT: usize = 100;
    let plan = Plan::new(kind).set("RATE_LIMIT_IP_PER_MINUTE", &LIMIT.to_string());
    let class = Class::of(plan, College::new("riverside", 1)).await;
    let nobody = class.world.nobody();
    let (begun, mut tried) = (Instant::now(), 0);
    let limited = loop {
        let refusal = nobody.records().list_my_records(ListMyRecordsRequest::default()).await.refused();
        if refusal.reason != "TOKEN_MISSING" {
            break refusal;
        }
        tried += 1;
        assert!(tried <= most(kind, LIMIT, MINUTE, begun), "call {tried} was let through");
    };
    assert_limited(&limited);
    assert!(tried >= LIMIT / 2, "stopped after {tried}");
    let reply = nobody.rest().get("/api/v1/attendance/my-records").await;
    let wait: u64 = reply.headers.get("retry-after").expect("Retry-After").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(reply.refused().kind(), (Code::ResourceExhausted, "RATE_LIMITED"));
    // Who has a token, or comes to get one, is not stopped.
    login(&class.world, &class.college.students[0].email, PASSWORD).await.answer();
    class.student(0).records().list_my_records(ListMyRecordsRequest::default()).await.answer();
}

async fn stop_one_user(kind: Kind) {
    const LIMIT: usize = 20;
    let plan = Plan::new(kind).set("RATE_LIMIT_USER_PER_HOUR", &LIMIT.to_string());
    let class = Class::of(plan, College::new("riverside", 2)).await;
    let (begun, mut tried) = (Instant::now(), 0);
    let limited = loop {
        match class.student(0).records().list_my_records(ListMyRecordsRequest::default()).await {
            Ok(_) => tried += 1,
            Err(status) => break Refusal::from(&status),
        }
        assert!(tried <= most(kind, LIMIT, 60 * MINUTE, begun), "call {tried} was let through");
    };
    assert_limited(&limited);
    assert!(tried >= LIMIT / 2, "stopped after {tried}");
    class.student(1).records().list_my_records(ListMyRecordsRequest::default()).await.answer();
}

/// Calls left and seconds to wait, as the fields of draft-ietf-httpapi-ratelimit-headers tell them for this limit.
#[track_caller]
fn standing(policy: &str, standing: &str, name: &str, limit: usize, seconds: u64) -> (usize, u64) {
    let item = |list: &str| list.split(", ").find(|item| item.starts_with(&format!("{name:?};"))).map(str::to_owned);
    assert_eq!(item(policy), Some(format!("{name:?};q={limit};w={seconds}")), "{policy}");
    let item = item(standing).expect(standing);
    let number = |key: &str| item.split(';').find_map(|part| part.strip_prefix(key)).expect(key).to_owned();
    (number("r=").parse().expect("calls"), number("t=").parse().expect("seconds"))
}

/// In every answer to a call that is counted: gRPC and REST, let through and refused, also where something else refuses.
async fn say_what_is_left(kind: Kind) {
    const LIMIT: usize = 20;
    let mut plan = Plan::new(kind).set("CORS_ORIGINS", "https://app.example");
    for limit in ["USER_PER_HOUR", "IP_PER_MINUTE", "LOGIN_PER_MINUTE", "LOGIN_PER_IP_PER_MINUTE"] {
        plan = plan.set(&format!("RATE_LIMIT_{limit}"), &LIMIT.to_string());
    }
    let class = Class::of(plan, College::new("riverside", 2)).await;
    let of_metadata = |metadata: &MetadataMap, name: &str, seconds: u64| {
        let text = |field| metadata.get(field).and_then(|value| value.to_str().ok()).unwrap_or_default();
        standing(text("ratelimit-policy"), text("ratelimit"), name, LIMIT, seconds)
    };
    let of_reply = |reply: &Reply, name: &str, seconds: u64| {
        let text = |field| reply.headers.get(field).map_or("", String::as_str);
        standing(text("ratelimit-policy"), text("ratelimit"), name, LIMIT, seconds)
    };

    let student = class.student(0);
    let answer = student.records().list_my_records(ListMyRecordsRequest::default()).await.expect("an answer");
    let (first, seconds) = of_metadata(answer.metadata(), "user", 3600);
    assert!(first < LIMIT && (1..=3600).contains(&seconds), "{first} in {seconds}");
    let path = "/api/v1/attendance/my-records";
    let request = student.rest().request(Method::GET, path).header("origin", "https://app.example");
    let reply = student.rest().send(request).await;
    let exposed = reply.headers["access-control-expose-headers"].to_lowercase();
    assert!(exposed.split(',').any(|name| name == "ratelimit"), "{exposed}");
    assert!(exposed.split(',').any(|name| name == "ratelimit-policy"), "{exposed}");
    let (second, _) = of_reply(&reply, "user", 3600);
    // Where Redis was too slow for a moment, a replica has counted by itself, from the beginning.
    assert!(second < first || (kind.bus == Bus::Redis && second < LIMIT), "{first}, then {second}");
    // Refused, though not for calling too often.
    let reply = student.rest().get("/api/v1/attendance/records/nonsense").await;
    assert!(of_reply(&reply, "user", 3600).0 < LIMIT);
    assert_eq!(reply.refused().reason, "INVALID_FIELD");

    let limited = loop {
        let reply = student.rest().get(path).await;
        if reply.status != 200 {
            break reply;
        }
    };
    let (left, seconds) = of_reply(&limited, "user", 3600);
    assert_eq!((left, &seconds.to_string()), (0, &limited.headers["retry-after"]));
    assert_eq!(limited.refused().kind(), (Code::ResourceExhausted, "RATE_LIMITED"));

    let nobody = class.world.nobody();
    let refusal = nobody.records().list_my_records(ListMyRecordsRequest::default()).await.expect_err("a refusal");
    assert!(of_metadata(refusal.metadata(), "address", 60).0 < LIMIT);
    assert_eq!(refusal.code(), Code::Unauthenticated);
    // A login is counted twice: for its account and for its address.
    let email = &class.college.students[1].email;
    let refusal = login(&class.world, email, "a guess").await.expect_err("a refusal");
    assert!(of_metadata(refusal.metadata(), "login", 60).0 < LIMIT);
    let answer = login(&class.world, email, PASSWORD).await.expect("an answer");
    assert!(of_metadata(answer.metadata(), "login", 60).0 < LIMIT);
    assert!(of_metadata(answer.metadata(), "login-address", 60).0 < LIMIT);
    // What is not counted says nothing.
    assert_eq!(nobody.rest().get("/health").await.headers.get("ratelimit"), None);
}

async fn let_a_class_behind_one_address_in(kind: Kind) {
    const STUDENTS: usize = 300;
    let mut plan = Plan::new(kind);
    for limit in ["IP_PER_MINUTE", "LOGIN_PER_MINUTE", "LOGIN_PER_IP_PER_MINUTE", "USER_PER_HOUR"] {
        // The limits of a server that nobody has configured.
        plan = plan.unset(&format!("RATE_LIMIT_{limit}"));
    }
    let class = Class::of(plan, College::new("riverside", STUDENTS)).await;
    let request = class.request().await;
    let all = (0..STUDENTS).map(|number| {
        let student = class.student(number);
        let request = CheckInRequest { check_in_id: Uuid::now_v7().to_string(), ..request.clone() };
        async move { student.signed_in().await.check_ins().check_in(request).await.answer() }
    });
    let answers: Vec<_> = stream::iter(all).buffer_unordered(32).collect().await;
    assert_eq!(answers.len(), STUDENTS);
    assert_eq!(class.records().await.len(), STUDENTS);
}

/// After a break every token of a class has expired at once, behind one address. Each phone must hear that, and not that it
/// calls too often; and then its refresh must go through.
async fn tell_a_class_that_wakes_up_to_refresh(kind: Kind) {
    const LIMIT: usize = 10;
    const PHONES: usize = 5 * LIMIT;
    let plan = Plan::new(kind).set("RATE_LIMIT_IP_PER_MINUTE", &LIMIT.to_string());
    let class = Class::of(plan, College::new("riverside", 1)).await;
    let login = class.student(0).login().await;
    let an_hour_ago = class.world.clock().now() - TimeDelta::hours(1);
    let expired = token::mint(SECRET, &class.college.students[0], an_hour_ago);
    let phone = class.student(0).with_token(expired);
    for number in 0..PHONES {
        let refusal = phone.records().list_my_records(ListMyRecordsRequest::default()).await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_EXPIRED"), "phone {number}");
    }
    let mut refresh_token = login.refresh_token;
    for _ in 0..PHONES {
        let request = RefreshTokenRequest { refresh_token, device_id: "phone".to_owned() };
        refresh_token = class.world.nobody().auth().refresh_token(request).await.answer().refresh_token;
    }
}
