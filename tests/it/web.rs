//! grpc-web, as browsers speak it.

use http::Method;
use prost::Message as _;
use rollcall_proto::v1::{
    AttendanceEvent, AttendanceRecord, EndSessionRequest, WatchAttendanceRequest, attendance_event::Change,
};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal, in_every_world, in_one_world,
    record::{known, present},
    until::soon,
    web,
};
use tonic::Code;

in_every_world!(checks_in);
in_one_world!(streams, answers_the_browsers_first_question, is_strict_about_frames);

const CHECK_IN: &str = "/rollcall.v1.CheckInService/CheckIn";

async fn checks_in(kind: Kind) {
    let class = Class::open(kind, 2).await;
    for (number, text) in [(0, false), (1, true)] {
        let rest = class.student(number).rest();
        let request = class.request().await.encode_to_vec();
        let reply = web::call(&rest, CHECK_IN, &request, text).await;
        assert_eq!(reply.status.code(), Code::Ok);
        assert_eq!(reply.messages.len(), 1);
        let record = AttendanceRecord::decode(&*reply.messages[0]).expect("a record");
        assert_eq!(known(record.clone()), present(class.session_id(), class.college.students[number].id));

        let reply = web::call(&rest, CHECK_IN, &request, text).await;
        let again = AttendanceRecord::decode(&*reply.messages[0]).expect("a record");
        assert_eq!(again, AttendanceRecord { replayed: true, ..record });
    }
    // A refusal says the same as over gRPC, details and all.
    let stranger = class.stranger();
    let request = class.request().await;
    let by_web = web::call(&stranger.rest(), CHECK_IN, &request.encode_to_vec(), false).await;
    let by_grpc = stranger.check_ins().check_in(request).await.refused();
    assert_eq!(Refusal::from(&by_web.status), by_grpc);
    assert_eq!(by_grpc.kind(), (Code::NotFound, "NOT_ENROLLED"));
}

async fn streams(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let watch = WatchAttendanceRequest { session_id: class.session_id().to_string(), resume_token: String::new() };
    let rest = class.teacher().rest();
    let path = "/rollcall.v1.LiveService/WatchAttendance";
    let request = rest
        .request(Method::POST, path)
        .header("content-type", "application/grpc-web+proto")
        .header("accept", "application/grpc-web+proto")
        .body(web::frame(0, &watch.encode_to_vec()));
    let mut answer = soon("the stream opens", request.send()).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    // The first message comes while the stream is open.
    let first = soon("a message comes", answer.chunk()).await.expect("a chunk").expect("a message");
    let length = u32::from_be_bytes(first[1..5].try_into().expect("a length")) as usize;
    let event = AttendanceEvent::decode(&first[5..5 + length]).expect("an event");
    assert!(matches!(event.change, Some(Change::Session(_))), "{event:?}");
    let end = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(end).await.answer();
    let mut rest = first[5 + length..].to_vec();
    while let Some(bytes) = soon("the stream ends", answer.chunk()).await.expect("a chunk") {
        rest.extend_from_slice(&bytes);
    }
    let text = String::from_utf8_lossy(&rest);
    assert!(text.contains("grpc-status:0") || text.contains("grpc-status: 0"), "{text}");
}

async fn answers_the_browsers_first_question(kind: Kind) {
    let plan = rollcall_tests::world::Plan::new(kind).set("CORS_ORIGINS", "https://app.example");
    let class = Class::of(plan, rollcall_tests::college::College::new("riverside", 1)).await;
    let rest = class.world.nobody().rest();
    let ask = |origin: &str| {
        rest.request(Method::OPTIONS, CHECK_IN)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type,x-grpc-web")
    };
    let reply = rest.send(ask("https://app.example")).await;
    assert!(matches!(reply.status, 200 | 204), "{reply:?}");
    let header = |name: &str| reply.headers.get(name).map(|value| value.to_lowercase()).unwrap_or_default();
    assert_eq!(header("access-control-allow-origin"), "https://app.example");
    for name in ["authorization", "content-type", "x-grpc-web"] {
        assert!(header("access-control-allow-headers").contains(name), "{reply:?}");
    }
    let reply = rest.send(ask("https://evil.example")).await;
    assert_ne!(reply.headers.get("access-control-allow-origin").map(String::as_str), Some("https://evil.example"));
    assert_ne!(reply.headers.get("access-control-allow-origin").map(String::as_str), Some("*"));
}

async fn is_strict_about_frames(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let rest = class.student(0).rest();
    let good = class.request().await.encode_to_vec();
    let mut short = web::frame(0, &good);
    short.truncate(short.len() - 3);
    let bodies = [
        ("nothing", Vec::new()),
        ("half a frame", short),
        ("no message of this kind", web::frame(0, b"\xff\xff\xff\xff")),
        ("a length beyond all bounds", vec![0, 0xff, 0xff, 0xff, 0xff]),
    ];
    for (case, body) in bodies {
        let request = rest
            .request(Method::POST, CHECK_IN)
            .header("content-type", "application/grpc-web+proto")
            .header("x-grpc-web", "1")
            .body(body);
        let reply = rest.send(request).await;
        assert!(reply.status < 500, "{case}: {reply:?}");
    }
    assert_eq!(class.records().await, []);
    assert_eq!(web::call(&rest, CHECK_IN, &good, false).await.status.code(), Code::Ok);
}
