//! Calls with a token and without one.

use std::time::Instant;

use chrono::TimeDelta;
use futures_util::{StreamExt as _, stream};
use http::Method;
use rollcall_proto::v1::{CheckInRequest, ListMyRecordsRequest, LogoutRequest, RefreshTokenRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal,
    college::College,
    in_every_world, in_one_world,
    rest::Reply,
    token,
    world::{Plan, SECRET},
};
use tonic::{Code, metadata::MetadataMap};
use uuid::Uuid;

use super::{MINUTE, TRUST_THE_TEST, assert_limited, knock, most, standing, text};

in_every_world!(
    stop_calls_without_a_token,
    stop_one_user,
    let_a_class_behind_one_address_in,
    say_what_is_left,
    tell_a_class_that_wakes_up_to_refresh
);
in_one_world!(
    count_an_ipv6_network_as_one_address,
    believe_nobody_who_says_to_be_elsewhere,
    stop_whoever_comes_with_what_is_of_no_use
);

async fn count_an_ipv6_network_as_one_address(kind: Kind) {
    const LIMIT: usize = 8;
    let plan =
        Plan::new(kind).set("RATE_LIMIT_IP_PER_MINUTE", &LIMIT.to_string()).set(TRUST_THE_TEST.0, TRUST_THE_TEST.1);
    let world = plan.start(&[]).await;
    let nobody = world.nobody();
    for number in 0..LIMIT {
        let refusal = knock(&nobody, &format!("2001:db8:1:2:{number:x}::1")).await;
        assert_eq!(refusal.code(), Code::Unauthenticated, "call {number}");
    }
    assert_limited(&Refusal::from(&knock(&nobody, "2001:db8:1:2:ffff::9").await));
    assert_eq!(knock(&nobody, "2001:db8:1:3::1").await.code(), Code::Unauthenticated);
    assert_eq!(knock(&nobody, "203.0.113.7").await.code(), Code::Unauthenticated);
}

async fn believe_nobody_who_says_to_be_elsewhere(kind: Kind) {
    const LIMIT: usize = 8;
    let world = Plan::new(kind).set("RATE_LIMIT_IP_PER_MINUTE", &LIMIT.to_string()).start(&[]).await;
    let nobody = world.nobody();
    for number in 0..LIMIT {
        assert_eq!(knock(&nobody, &format!("203.0.113.{number}")).await.code(), Code::Unauthenticated, "call {number}");
    }
    assert_limited(&Refusal::from(&knock(&nobody, "203.0.113.99").await));
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
        assert!(tried <= most(LIMIT, MINUTE, begun), "call {tried} was let through");
    };
    assert_limited(&limited);
    assert!(tried >= LIMIT, "stopped after {tried}");
    let reply = nobody.rest().get("/api/v1/attendance/my-records").await;
    let wait: u64 = reply.headers.get("retry-after").expect("Retry-After").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(reply.refused().kind(), (Code::ResourceExhausted, "RATE_LIMITED"));
    // Who has a token, or comes to get one, is not stopped.
    class.student(0).login().await;
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
        assert!(tried <= most(LIMIT, 60 * MINUTE, begun), "call {tried} was let through");
    };
    assert_limited(&limited);
    assert_eq!(tried, LIMIT);
    class.student(1).records().list_my_records(ListMyRecordsRequest::default()).await.answer();
}

/// A token that has expired or was revoked is counted by whom it spoke for, and uses up nothing of theirs.
async fn stop_whoever_comes_with_what_is_of_no_use(kind: Kind) {
    const LIMIT: usize = 20;
    let plan = Plan::new(kind)
        .set("RATE_LIMIT_USER_PER_HOUR", &LIMIT.to_string())
        .set("RATE_LIMIT_IP_PER_MINUTE", &LIMIT.to_string());
    let class = Class::of(plan, College::new("riverside", 3)).await;
    let an_hour_ago = class.world.clock().now() - TimeDelta::hours(1);
    let expired = |number: usize| {
        let token = token::mint(SECRET, &class.college.students[number], an_hour_ago);
        class.student(number).with_token(token)
    };
    let revoked = class.student(1).signed_in().await;
    revoked.auth().logout(LogoutRequest {}).await.answer();
    for (caller, reason) in [(expired(0), "TOKEN_EXPIRED"), (revoked, "TOKEN_REVOKED")] {
        let call = async || caller.records().list_my_records(ListMyRecordsRequest::default()).await;
        for number in 0..LIMIT {
            assert_eq!(call().await.refused().kind(), (Code::Unauthenticated, reason), "call {number}");
        }
        let status = call().await.expect_err("one too many");
        assert_limited(&Refusal::from(&status));
        let policy = text(status.metadata(), "ratelimit-policy");
        assert_eq!(standing(policy, text(status.metadata(), "ratelimit"), "stale", LIMIT, 3600).0, 0);
    }
    // Others behind the same address are told to refresh, and the owner goes on.
    let refusal = expired(2).records().list_my_records(ListMyRecordsRequest::default()).await.refused();
    assert_eq!(refusal.reason, "TOKEN_EXPIRED");
    for number in [0, 1] {
        class.student(number).records().list_my_records(ListMyRecordsRequest::default()).await.answer();
    }
}

/// In every answer to a call that is counted: gRPC and REST, let through and refused, also where something else refuses.
async fn say_what_is_left(kind: Kind) {
    const LIMIT: usize = 20;
    let mut plan = Plan::new(kind).set("CORS_ORIGINS", "https://app.example");
    for limit in ["USER_PER_HOUR", "IP_PER_MINUTE"] {
        plan = plan.set(&format!("RATE_LIMIT_{limit}"), &LIMIT.to_string());
    }
    let class = Class::of(plan, College::new("riverside", 1)).await;
    let of_metadata = |metadata: &MetadataMap, name: &str, seconds: u64| {
        standing(text(metadata, "ratelimit-policy"), text(metadata, "ratelimit"), name, LIMIT, seconds)
    };
    let of_reply = |reply: &Reply, name: &str, seconds: u64| {
        let text = |field| reply.headers.get(field).map_or("", String::as_str);
        standing(text("ratelimit-policy"), text("ratelimit"), name, LIMIT, seconds)
    };

    let student = class.student(0);
    let answer = student.records().list_my_records(ListMyRecordsRequest::default()).await.expect("an answer");
    let (first, seconds) = of_metadata(answer.metadata(), "user", 3600);
    assert_eq!((first, seconds), (LIMIT - 1, 3600));
    let path = "/api/v1/attendance/my-records";
    let request = student.rest().request(Method::GET, path).header("origin", "https://app.example");
    let reply = student.rest().send(request).await;
    let exposed = reply.headers["access-control-expose-headers"].to_lowercase();
    assert!(exposed.split(',').any(|name| name == "ratelimit"), "{exposed}");
    assert!(exposed.split(',').any(|name| name == "ratelimit-policy"), "{exposed}");
    let (second, _) = of_reply(&reply, "user", 3600);
    assert_eq!(second, LIMIT - 2);
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
