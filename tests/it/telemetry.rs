//! What operators see, and what nobody must find in a log.

use http::Method;
use rollcall_proto::v1::{CheckInRequest, LoginRequest, LogoutRequest, RefreshTokenRequest};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::College,
    in_every_world, in_one_world, on_both_stores,
    password::{PASSWORD, hash},
    rest::Rest,
    world::{Plan, SECRET},
};
use serde_json::{Value, json};
use uuid::Uuid;

in_every_world!(counts);
on_both_stores!(keeps_secrets, logs_json_in_production);
in_one_world!(follows_a_call_by_its_id);

async fn counts(kind: Kind) {
    let mut class = Class::open(kind, 2).await;
    class.check_in(0).await;
    let again = class.request().await;
    class.student(0).check_ins().check_in(again).await.refused();
    let elsewhere = CheckInRequest { position: Some(class.college.north(900.0)), ..class.request().await };
    class.student(1).check_ins().check_in(elsewhere).await.refused();

    let admin = class.world.server(0).admin().await;
    let reply = Rest::new(format!("http://{admin}"), None).get("/metrics").await;
    assert_eq!(reply.status, 200);
    let text = String::from_utf8_lossy(&reply.bytes).into_owned();
    let value = |name: &str, labels: &[&str]| -> f64 {
        let found = text.lines().find(|line| {
            let rest = line.strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with(['{', ' '])) && labels.iter().all(|label| line.contains(label))
        });
        let line = found.unwrap_or_else(|| panic!("no {name} {labels:?} in:\n{text}"));
        line.rsplit(' ').next().and_then(|number| number.parse().ok()).expect("a number")
    };
    for verdict in ["PRESENT", "ALREADY_CHECKED_IN", "OUTSIDE_GEOFENCE"] {
        assert_eq!(value("rollcall_check_ins_total", &[&format!("verdict=\"{verdict}\"")]), 1.0, "{verdict}");
    }
    let endpoint = "endpoint=\"CheckInService/CheckIn\"";
    assert_eq!(value("rollcall_requests_total", &[endpoint, "code=\"OK\""]), 1.0);
    assert_eq!(value("rollcall_requests_total", &[endpoint, "code=\"FAILED_PRECONDITION\""]), 1.0);
    assert_eq!(value("rollcall_request_duration_seconds_count", &[endpoint]), 3.0);
    assert_eq!(value("rollcall_requests_in_flight", &[endpoint]), 0.0);
    // Nobody finds the operators' page on the public side.
    assert_eq!(class.world.nobody().rest().get("/metrics").await.status, 404);
}

async fn keeps_secrets(kind: Kind) {
    const CANARY: &str = "canary-password-5Jq2";
    let mut college = College::new("riverside", 2);
    college.students[0].password_hash = Some(hash(CANARY));
    (college.location.latitude, college.location.longitude) = (48.137_154_19, 11.576_124_27);
    let plan = Plan::new(kind).set("LOG_LEVEL", "TRACE");
    let mut class = Class::of(plan, college).await;
    let email = class.college.students[0].email.clone();
    let login = |password: &str| LoginRequest {
        email: email.clone(),
        password: password.to_owned(),
        device_id: "phone".to_owned(),
        ..LoginRequest::default()
    };
    let nobody = class.world.nobody();
    let signed_in = nobody.auth().login(login(CANARY)).await.answer();
    nobody.auth().login(login("canary-wrong-8Xz1")).await.refused();
    let by_rest = json!({"email": email, "password": CANARY});
    let web = nobody.rest().post("/api/v1/auth/login", &by_rest).await.answer();
    let refresh = RefreshTokenRequest { refresh_token: signed_in.refresh_token.clone(), device_id: "phone".to_owned() };
    let refreshed = nobody.auth().refresh_token(refresh).await.answer();

    let student = class.student(0).with_token(refreshed.access_token.clone());
    let good = class.request().await;
    let outside = CheckInRequest { position: Some(class.college.north(90_000.0)), ..good.clone() };
    student.check_ins().check_in(outside.clone()).await.refused();
    let forged = CheckInRequest { qr_code: good.qr_code.replace("R1", "R2"), ..good.clone() };
    student.check_ins().check_in(forged).await.refused();
    student.check_ins().check_in(good.clone()).await.answer();
    let bad = json!({"check_in_id": Uuid::now_v7(), "qr_code": good.qr_code, "colour": {"latitude": 48.13715419}});
    student.rest().post("/api/v1/attendance/mark", &bad).await.refused();
    student.auth().logout(LogoutRequest {}).await.answer();

    let text = logged(&mut class).await;
    assert!(text.contains("CheckIn"), "the calls are logged");
    let mut canaries = vec![
        SECRET.to_owned(),
        CANARY.to_owned(),
        "canary-wrong-8Xz1".to_owned(),
        good.qr_code[2..].to_owned(),
        signed_in.access_token,
        signed_in.refresh_token,
        refreshed.access_token,
        refreshed.refresh_token,
        web["access_token"].as_str().expect("a token").to_owned(),
        web["refresh_token"].as_str().expect("a token").to_owned(),
        hash(CANARY),
        "48.137".to_owned(),
        "11.576".to_owned(),
    ];
    let away = outside.position.and_then(|position| position.latitude).expect("a latitude");
    canaries.push(format!("{away:.3}"));
    for canary in canaries {
        let line = text.lines().find(|line| line.contains(&canary));
        assert_eq!(line, None, "{canary} is in the log");
    }
}

async fn logs_json_in_production(kind: Kind) {
    let college = College::new("riverside", 1);
    let mut world = Plan::new(kind).prepare().await;
    world.seed(&college.seed()).await;
    // The test's own powers end where production begins.
    world.settings().remove("CLOCK_OFFSET_FILE");
    world.settings().insert("ENVIRONMENT".to_owned(), "production".to_owned());
    world.settings().insert("LOG_LEVEL".to_owned(), "DEBUG".to_owned());
    world.resume(0).await;
    let mut class = Class { world, college };
    class.check_in(0).await;
    let by_cookie = json!({"email": class.college.students[0].email, "password": PASSWORD, "use_cookie": true});
    let login = class.world.nobody().rest().post("/api/v1/auth/login", &by_cookie).await;
    assert!(login.headers["set-cookie"].contains("Secure"), "{login:?}");
    let said = class.world.server(0).said();
    assert!(!said.iter().any(|line| line.starts_with("rollcall admin")), "{said:?}");

    let text = logged(&mut class).await;
    let mut lines = 0;
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|cause| panic!("{cause}: {line}"));
        assert!(value["timestamp"].is_string() && value["level"].is_string(), "{line}");
        lines += usize::from(line.contains("CheckInService/CheckIn"));
    }
    assert!(lines > 0, "the check-in is logged:\n{text}");
}

async fn follows_a_call_by_its_id(kind: Kind) {
    let mut class = Class::open(kind, 1).await;
    let rest = class.student(0).rest();
    let id = "tests-7f3a9c";
    let request = rest.request(Method::GET, "/api/v1/attendance/records").header("x-request-id", id);
    let reply = rest.send(request).await;
    assert_eq!(reply.headers["x-request-id"], id);
    reply.refused();
    // Who sends none gets one to tell the operator; who sends nonsense does not get it into the log.
    let given = rest.get("/api/v1/attendance/records").await.headers["x-request-id"].clone();
    assert!(!given.is_empty() && given != id);
    let nonsense = rest.request(Method::GET, "/api/v1/attendance/records").header("x-request-id", "a b\"c".repeat(100));
    let other = rest.send(nonsense).await.headers["x-request-id"].clone();
    assert!(!other.contains("a b"), "{other}");

    let text = logged(&mut class).await;
    for id in [id, &given, &other] {
        let line = text.lines().find(|line| line.contains(id)).unwrap_or_else(|| panic!("{id} is not in:\n{text}"));
        assert!(line.contains("RecordService/ListRecords"), "{line}");
    }
}

/// What the server logged until it went away by itself.
async fn logged(class: &mut Class) -> String {
    let mut server = class.world.take(0);
    server.process().signal("TERM");
    rollcall_tests::until("the server is gone", async || (!server.process().runs()).then_some(())).await;
    std::fs::read_to_string(server.process().log()).expect("the log")
}
