//! REST: the main flow in JSON, the same answers as over gRPC, and every way to ask badly.

use http::Method;
use prost_reflect::DynamicMessage;
use rollcall_proto::v1::{AttendanceRecord, EndSessionRequest};
use rollcall_tests::{
    Answer as _, Class, Kind,
    call::{Transport, call},
    college::{College, session_message, user_message},
    contract::{self, json_of, message_of},
    in_every_world, in_one_world,
    password::PASSWORD,
    record::{absent, known, present},
    rest::Reply,
    seed::State,
    world::Plan,
};
use serde_json::{Value, json};
use uuid::Uuid;

in_every_world!(does_the_main_flow);
in_one_world!(
    answers_as_grpc_does,
    compresses_what_is_long_and_no_secret,
    reads_generously_where_it_may,
    refuses_bad_bodies,
    refuses_bad_addresses,
    streams_lines_and_events
);

const RECORD: &str = "rollcall.v1.AttendanceRecord";
const SESSION: &str = "rollcall.v1.Session";

async fn does_the_main_flow(kind: Kind) {
    let mut college = College::new("riverside", 2);
    college.session.state = State::Scheduled;
    college.session.started_at = None;
    let class = Class::of(Plan::new(kind), college).await;
    let nobody = class.world.nobody().rest();
    let sign_in = async |email: &str| {
        let login = json!({"email": email, "password": PASSWORD, "device_id": "browser"});
        nobody.post("/api/v1/auth/login", &login).await.answer()
    };
    let teacher = sign_in(&class.college.teacher.email).await;
    let told = message_of("rollcall.v1.User", &teacher["user"]);
    assert_eq!(
        teacher,
        json!({
            "access_token": teacher["access_token"],
            "expires_in_seconds": 900,
            "refresh_token": teacher["refresh_token"],
            "user": json_of("rollcall.v1.User", &user_message(&class.college.teacher, Some(&told))),
        })
    );
    let token = |login: &Value| login["access_token"].as_str().expect("a token").to_owned();
    let teacher = class.teacher().with_token(token(&teacher)).rest();
    let student = class.student(0).with_token(token(&sign_in(&class.college.students[0].email).await)).rest();

    let (session, location) = (class.session_id(), class.college.location.id);
    let mut expected = json_of(SESSION, &session_message(&class.college.session));
    assert_eq!(teacher.get(&format!("/api/v1/sessions/{session}")).await.answer(), expected);
    let started = teacher.post(&format!("/api/v1/sessions/{session}:start"), &json!({})).await.answer();
    expected["state"] = json!("ACTIVE");
    for set_by_the_start in ["started_at", "start_offset_seconds"] {
        expected[set_by_the_start] = started[set_by_the_start].clone();
    }
    expected["start_adherence"] = json!("ON_TIME");
    assert_eq!(started, expected);

    let code = teacher.get(&format!("/api/v1/qr/current/{location}?session_id={session}")).await.answer();
    let check_in = json!({
        "check_in_id": Uuid::now_v7(),
        "session_id": session,
        "qr_code": code["code"],
        "position": {"latitude": 12.9716, "longitude": 77.5946, "accuracy_meters": 5},
        "device": {"device_id": "browser"},
    });
    let record = student.post("/api/v1/attendance/mark", &check_in).await.answer();
    let typed: AttendanceRecord = message_of(RECORD, &record);
    assert_eq!(known(typed.clone()), present(session, class.college.students[0].id));
    assert_eq!(record, json_of(RECORD, &typed), "the proto's names, and zero values too");
    let mut again = student.post("/api/v1/attendance/mark", &check_in).await.answer();
    assert_eq!(again["replayed"], true);
    again["replayed"] = json!(false);
    assert_eq!(again, record);

    let page = |records: Value| json!({"records": records, "next_page_token": ""});
    let records = format!("/api/v1/attendance/records?session_id={session}");
    assert_eq!(teacher.get(&records).await.answer(), page(json!([record])));
    assert_eq!(student.get("/api/v1/attendance/my-records").await.answer(), page(json!([record])));
    let one = format!("/api/v1/attendance/records/{}", record["id"].as_str().expect("an id"));
    assert_eq!(student.get(&one).await.answer(), record);

    let ended = teacher.post(&format!("/api/v1/sessions/{session}:end"), &json!({})).await.answer();
    expected["state"] = json!("COMPLETED");
    expected["ended_at"] = ended["ended_at"].clone();
    expected["end_reason"] = json!("TEACHER");
    assert_eq!(ended, expected);
    let absences = teacher.get(&format!("{records}&status=ABSENT")).await.answer();
    let absence: AttendanceRecord = message_of(RECORD, &absences["records"][0]);
    assert_eq!(absences, page(json!([json_of(RECORD, &absence)])));
    assert_eq!(known(absence), absent(session, class.college.students[1].id));
}

/// Tokens beside what the caller has sent must not be compressed: their length would tell of them.
async fn compresses_what_is_long_and_no_secret(kind: Kind) {
    let class = Class::open(kind, 10).await;
    let end = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(end).await.answer();
    let teacher = class.teacher().rest();
    let records = format!("/api/v1/attendance/records?session_id={}", class.session_id());
    let plain = teacher.get(&records).await;
    assert_eq!(plain.headers.get("content-encoding"), None);
    assert!(plain.bytes.len() > 1024, "{}", plain.bytes.len());
    for (accept, coding, magic) in
        [("gzip", "gzip", &[0x1f, 0x8b][..]), ("gzip, deflate, br, zstd", "zstd", &[0x28, 0xb5, 0x2f, 0xfd])]
    {
        let reply = teacher.send(teacher.request(Method::GET, &records).header("accept-encoding", accept)).await;
        assert_eq!((reply.status, reply.headers["content-encoding"].as_str()), (200, coding));
        assert!(reply.bytes.starts_with(magic) && reply.bytes.len() * 2 < plain.bytes.len(), "{}", reply.bytes.len());
    }
    let login = json!({"email": class.college.teacher.email, "password": PASSWORD, "device_id": "d".repeat(100)});
    let nobody = class.world.nobody().rest();
    let request = nobody.request(Method::POST, "/api/v1/auth/login").header("accept-encoding", "gzip, zstd");
    let reply = nobody.send(request.json(&login)).await;
    assert_eq!(reply.headers.get("content-encoding"), None);
    assert_eq!(reply.headers["cache-control"], "no-store");
    reply.answer();
}

async fn answers_as_grpc_does(kind: Kind) {
    let class = Class::open(kind, 1).await;
    class.check_in(0).await;
    let session = class.session_id();
    let cases = [
        ("SessionService.GetSession", json!({"id": session})),
        ("SessionService.ListSessions", json!({"page_size": 1, "state": "ACTIVE"})),
        ("GeofenceService.ListLocations", json!({})),
        ("GeofenceService.ValidatePoint", json!({"lat": 12.98, "lon": 77.5946})),
        ("RecordService.ListRecords", json!({"session_id": session})),
        ("SessionService.GetSession", json!({"id": Uuid::now_v7()})),
        ("SessionService.GetSession", json!({"id": "seven"})),
        ("SessionService.ListSessions", json!({"page_size": -1, "page_token": "x".repeat(513)})),
        ("GeofenceService.ValidatePoint", json!({"lat": 95, "lon": -200})),
    ];
    for (method, request) in cases {
        let method = contract::method(method);
        let teacher = class.teacher();
        let by_grpc = call(&teacher, Transport::Grpc, &method, &request).await;
        for transport in [Transport::Rest, Transport::Web] {
            assert_eq!(call(&teacher, transport, &method, &request).await, by_grpc, "{} {request}", method.name());
        }
    }
}

async fn reads_generously_where_it_may(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let request = class.request().await;
    let check_in = json!({
        "checkInId": request.check_in_id,
        "sessionId": request.session_id,
        "qrCode": request.qr_code,
        "position": {"latitude": 1.29716e1, "longitude": 77.5946},
    });
    class.student(0).rest().post("/api/v1/attendance/mark", &check_in).await.answer();
    let teacher = class.teacher().rest();
    for (page_size, state) in [("page_size", "ACTIVE"), ("pageSize", "active"), ("page_size", "Active")] {
        let path = format!("/api/v1/sessions?{page_size}=1&state={state}");
        assert_eq!(teacher.get(&path).await.answer()["sessions"][0]["id"], class.session_id().to_string(), "{path}");
    }
    // The type may name its character set, and HEAD is GET without the body.
    let request = teacher.request(Method::POST, &format!("/api/v1/sessions/{}:end", class.session_id()));
    let request = request.header("content-type", "application/json; charset=utf-8").body("{}");
    teacher.send(request).await.answer();
    let head = teacher.send(teacher.request(Method::HEAD, "/api/v1/sessions")).await;
    assert_eq!((head.status, head.bytes.len()), (200, 0));
}

/// Status and reason, of a document that has every member that the contract names.
#[track_caller]
fn problem(reply: &Reply) -> (u16, String) {
    assert_eq!(reply.content_type, "application/problem+json", "{reply:?}");
    let body = reply.body.as_object().unwrap_or_else(|| panic!("{reply:?}"));
    let mut members: Vec<&str> = body.keys().map(String::as_str).collect();
    members.sort_unstable();
    let due = ["code", "detail", "instance", "metadata", "reason", "status", "title", "type", "violations"];
    assert_eq!(members, due, "{reply:?}");
    assert_eq!(body["status"], reply.status);
    assert!(!body["detail"].as_str().expect("text").is_empty(), "{reply:?}");
    (reply.status, body["reason"].as_str().expect("a reason").to_owned())
}

async fn refuses_bad_bodies(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let rest = class.student(0).rest();
    let mark = "/api/v1/attendance/mark";
    let id = Uuid::now_v7();
    let with = |more: &str| format!(r#"{{"check_in_id":"{id}",{more}}}"#);
    let cases: [(&str, Vec<u8>, &str); 21] = [
        ("nothing", b"".to_vec(), "MALFORMED_JSON"),
        ("half", b"{".to_vec(), "MALFORMED_JSON"),
        ("a list", b"[]".to_vec(), "MALFORMED_JSON"),
        ("a word", b"hello".to_vec(), "MALFORMED_JSON"),
        ("null", b"null".to_vec(), "MALFORMED_JSON"),
        ("two values", b"{}{}".to_vec(), "MALFORMED_JSON"),
        ("a trailing comma", with(r#""qr_code":"x","#).into_bytes(), "MALFORMED_JSON"),
        ("a comment", with(r#""qr_code":"x" /* so */"#).into_bytes(), "MALFORMED_JSON"),
        ("NaN", with(r#""position":{"latitude":NaN,"longitude":1}"#).into_bytes(), "MALFORMED_JSON"),
        ("invalid UTF-8", with(r#""qr_code":"~""#).replace('~', "\u{1}").into_bytes(), "MALFORMED_JSON"),
        ("half a character", [br#"{"qr_code":""#.as_slice(), &[0xc3], br#""}"#].concat(), "MALFORMED_JSON"),
        ("half a surrogate", with(r#""qr_code":"\ud800""#).into_bytes(), "MALFORMED_JSON"),
        ("too deep", "[".repeat(10_000).into_bytes(), "MALFORMED_JSON"),
        ("an unknown field", with(r#""colour":"red""#).into_bytes(), "INVALID_FIELD"),
        ("a field twice", with(r#""qr_code":"x","qr_code":"y""#).into_bytes(), "INVALID_FIELD"),
        ("a field in both spellings", with(r#""qr_code":"x","qrCode":"y""#).into_bytes(), "INVALID_FIELD"),
        ("null in a field", with(r#""qr_code":null"#).into_bytes(), "INVALID_FIELD"),
        ("a number for a text", with(r#""qr_code":7"#).into_bytes(), "INVALID_FIELD"),
        ("a text for a message", with(r#""position":"here""#).into_bytes(), "INVALID_FIELD"),
        ("a text for a number", with(r#""position":{"latitude":"north"}"#).into_bytes(), "INVALID_FIELD"),
        ("a number beyond all bounds", with(r#""position":{"latitude":1e999}"#).into_bytes(), "INVALID_FIELD"),
    ];
    let mut wrong = Vec::new();
    for (case, body, reason) in cases {
        let told = problem(&rest.post_text(mark, body).await);
        if told != (400, reason.to_owned()) && told != (400, "INVALID_FIELD".to_owned()) {
            wrong.push(format!("{case}: {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // The server's own rules look the same: which field, and what is allowed.
    let reply = rest.post(mark, &json!({"check_in_id": "seven", "qr_code": "x".repeat(257)})).await;
    assert_eq!(problem(&reply), (400, "INVALID_FIELD".to_owned()));
    let fields: Vec<&str> =
        reply.body["violations"].as_array().expect("a list").iter().filter_map(|item| item["field"].as_str()).collect();
    assert_eq!(fields, ["check_in_id", "qr_code"]);

    // Sizes: a check-in may be large, a sign-in may not.
    let login = "/api/v1/auth/login";
    let huge = format!(r#"{{"email":"{}","password":"x"}}"#, "a".repeat(300_000));
    assert_eq!(problem(&rest.post_text(login, huge).await), (413, "BODY_TOO_LARGE".to_owned()));
    let large = with(&format!(r#""qr_code":"{}""#, "a".repeat(300_000)));
    assert_eq!(problem(&rest.post_text(mark, large).await), (400, "INVALID_FIELD".to_owned()));

    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""] {
        let mut request = rest.request(Method::POST, mark).body(r#"{"check_in_id":"1"}"#);
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        assert_eq!(problem(&rest.send(request).await), (415, "UNSUPPORTED_MEDIA_TYPE".to_owned()), "{kind}");
    }
    let packed = rest.request(Method::POST, mark).header("content-type", "application/json");
    let packed = packed.header("content-encoding", "gzip").body(vec![0x1f, 0x8b]);
    assert_eq!(problem(&rest.send(packed).await), (415, "UNSUPPORTED_MEDIA_TYPE".to_owned()));
    let picky = rest.request(Method::GET, "/api/v1/sessions").header("accept", "application/xml");
    assert_eq!(problem(&rest.send(picky).await), (406, "NOT_ACCEPTABLE".to_owned()));
    let talkative = rest.request(Method::GET, "/api/v1/sessions").json(&json!({"page_size": 1}));
    assert_eq!(problem(&rest.send(talkative).await), (400, "UNEXPECTED_BODY".to_owned()));
    assert_eq!(class.records().await, []);
}

async fn refuses_bad_addresses(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let rest = class.student(0).rest();
    let session = class.session_id();
    for path in [
        "/".to_owned(),
        "/api".to_owned(),
        "/api/v1/nothing".to_owned(),
        "/api/v1/sessions/".to_owned(),
        "/api/v1/sessions//".to_owned(),
        format!("/api/v1/sessions/{session}/"),
        format!("/api/v1/sessions/{session}:explode"),
        format!("/api/v1//sessions/{session}"),
        "/API/V1/sessions".to_owned(),
        "/rollcall.v1.SessionService/GetSession".to_owned(),
        "/%00".to_owned(),
        "/api/v1/sessions/%ff".to_owned(),
        "/api/v1/sessions/..%2f..%2fetc%2fpasswd".to_owned(),
    ] {
        let reply = rest.get(&path).await;
        let (status, reason) = problem(&reply);
        assert!(matches!(status, 400 | 404 | 405), "{path}: {status} {reason}");
    }
    for (method, path, allowed) in [
        (Method::DELETE, "/api/v1/sessions", "GET, HEAD, POST"),
        (Method::GET, "/api/v1/auth/login", "POST"),
        (Method::POST, "/health", "GET, HEAD"),
        (Method::from_bytes(b"PROPFIND").expect("a method"), "/health", "GET, HEAD"),
    ] {
        let reply = rest.send(rest.request(method.clone(), path)).await;
        assert_eq!(problem(&reply), (405, "METHOD_NOT_ALLOWED".to_owned()), "{method} {path}");
        let told = reply.headers.get("allow").expect("Allow").clone();
        for due in allowed.split(", ") {
            assert!(told.contains(due), "{method} {path}: {told}");
        }
    }
    for (query, field) in [
        ("page_size=many", "page_size"),
        ("page_size=99999999999", "page_size"),
        ("page_size=1&page_size=2", "page_size"),
        ("state=SLEEPING", "state"),
        ("colour=red", "colour"),
        ("division_id=seven", "division_id"),
    ] {
        let reply = rest.get(&format!("/api/v1/sessions?{query}")).await;
        assert_eq!(problem(&reply), (400, "INVALID_FIELD".to_owned()), "{query}");
        assert_eq!(reply.body["violations"][0]["field"], field, "{query}");
    }
    let long = rest.get(&format!("/api/v1/sessions?page_token={}", "x".repeat(60_000))).await;
    assert!((400..500).contains(&long.status), "{long:?}");
    // What a caller sends does not come back as anything but text in JSON.
    let reply = rest.get("/<script>alert(1)</script>").await;
    assert_eq!(problem(&reply), (404, "ROUTE_NOT_FOUND".to_owned()));
}

async fn streams_lines_and_events(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let rest = class.teacher().rest();
    let path = format!("/ws/attendance/live?session_id={}", class.session_id());
    let mut lines = rest.lines(&path, "application/x-ndjson").await;
    let mut events = rest.lines(&path, "text/event-stream").await;
    assert!(lines.content_type.starts_with("application/x-ndjson"), "{}", lines.content_type);
    assert!(events.content_type.starts_with("text/event-stream"), "{}", events.content_type);
    let session = json_of(SESSION, &session_message(&class.college.session));
    assert_eq!(line(&mut lines).await["session"], session);
    assert_eq!(event(&mut events).await["session"], session);

    let record = class.check_in(0).await;
    let record = json_of(RECORD, &record);
    assert_eq!(line(&mut lines).await["record"], record);
    assert_eq!(event(&mut events).await["record"], record);
    let end = format!("/api/v1/sessions/{}:end", class.session_id());
    let ended = rest.post(&end, &json!({})).await.answer();
    assert_eq!(line(&mut lines).await["session"], ended);
    assert_eq!(lines.next().await, None);
    assert_eq!(event(&mut events).await["session"], ended);

    // A refusal before the first message keeps its status.
    let refused = class.other_teacher().rest().get(&path).await.refused();
    let by_grpc = rollcall_proto::v1::WatchAttendanceRequest {
        session_id: class.session_id().to_string(),
        resume_token: String::new(),
    };
    assert_eq!(refused, class.other_teacher().live().watch_attendance(by_grpc).await.refused());
    // What one message says is the contract's.
    let kind = contract::POOL.get_message_by_name("rollcall.v1.AttendanceEvent").expect("the message");
    let fields = contract::fields(&DynamicMessage::new(kind));
    assert_eq!(fields, ["resume_token", "session", "record", "counts"]);
}

async fn line(lines: &mut rollcall_tests::rest::Lines) -> Value {
    loop {
        let line = lines.next().await.expect("a line");
        let value: Value = contract::canonical(serde_json::from_str(&line).expect("JSON"));
        if value.get("session").is_some() || value.get("record").is_some() {
            return value;
        }
    }
}

async fn event(lines: &mut rollcall_tests::rest::Lines) -> Value {
    loop {
        let line = lines.next().await.expect("a line");
        if let Some(data) = line.strip_prefix("data:") {
            let value: Value = contract::canonical(serde_json::from_str(data).expect("JSON"));
            if value.get("session").is_some() || value.get("record").is_some() {
                return value;
            }
        }
    }
}
