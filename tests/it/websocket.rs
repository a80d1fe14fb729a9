//! Live events over a WebSocket.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::StreamExt as _;
use rollcall_proto::v1::EndSessionRequest;
use rollcall_tests::{
    Answer as _, Class, Kind,
    actor::Actor,
    college::session_message,
    contract::{canonical, json_of},
    in_one_world, on_postgres,
    until::soon,
};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _, http::Response},
};

in_one_world!(refuses_foreign_pages, tells_a_refusal_before_it_closes);
on_postgres!(shows_what_happens);

type Socket = WebSocketStream<TcpStream>;

async fn connect(
    class: &Class,
    actor: &Actor,
    origin: Option<&str>,
) -> Result<(Socket, Response<Option<Vec<u8>>>), Error> {
    let edge = class.world.desk().edge(0).replace("http://", "ws://");
    let mut request = format!("{edge}/ws/attendance/live?session_id={}", class.session_id())
        .into_client_request()
        .expect("a request");
    let token = actor.token().map(|token| format!(", bearer.{}", URL_SAFE_NO_PAD.encode(token)));
    let offers = format!("edge.json.v1{}", token.unwrap_or_default());
    request.headers_mut().insert("sec-websocket-protocol", offers.parse().expect("a header"));
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().expect("a header"));
    }
    let line = TcpStream::connect(edge.trim_start_matches("ws://")).await.expect("a connection");
    soon("the WebSocket opens", client_async(request, line)).await
}

/// The next change, or the code that closes.
async fn next(socket: &mut Socket) -> Result<Value, u16> {
    loop {
        match soon("a frame comes", socket.next()).await.expect("no end without a close").expect("a frame") {
            Message::Text(text) => {
                let value: Value = canonical(serde_json::from_str(&text).expect("JSON"));
                if ["session", "record", "error"].iter().any(|name| value.get(name).is_some()) {
                    return Ok(value);
                }
            }
            Message::Close(frame) => return Err(frame.expect("a code").code.into()),
            _ => {}
        }
    }
}

async fn shows_what_happens(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let (mut socket, response) = connect(&class, &class.teacher(), None).await.expect("a WebSocket");
    // The token is never sent back.
    assert_eq!(response.headers()["sec-websocket-protocol"], "edge.json.v1");
    let session = session_message(&class.college.session);
    assert_eq!(next(&mut socket).await.expect("the session")["session"], json_of("rollcall.v1.Session", &session));
    for student in 0..2 {
        let record = class.check_in(student).await;
        let seen = next(&mut socket).await.expect("a record");
        assert_eq!(seen["record"], json_of("rollcall.v1.AttendanceRecord", &record));
    }
    let end = EndSessionRequest { id: class.session_id().to_string() };
    let ended = class.teacher().sessions().end_session(end).await.answer();
    assert_eq!(next(&mut socket).await.expect("the end")["session"], json_of("rollcall.v1.Session", &ended));
    assert_eq!(next(&mut socket).await, Err(1000));
}

async fn tells_a_refusal_before_it_closes(kind: Kind) {
    let class = Class::open(kind, 1).await;
    for (actor, reason, code) in [
        (class.world.nobody(), "TOKEN_MISSING", 4016),
        (class.student(0), "ROLE_NOT_ALLOWED", 4007),
        (class.other_teacher(), "NOT_YOUR_SESSION", 4007),
    ] {
        let (mut socket, _) = connect(&class, &actor, None).await.expect("a WebSocket");
        assert_eq!(next(&mut socket).await.expect("an error")["error"]["reason"], reason);
        assert_eq!(next(&mut socket).await, Err(code), "{reason}");
    }
}

async fn refuses_foreign_pages(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let refused = connect(&class, &class.teacher(), Some("https://evil.example")).await.expect_err("a refusal");
    let Error::Http(response) = refused else { panic!("{refused:?}") };
    assert_eq!(response.status(), 403);
    let own = class.world.desk().edge(0);
    connect(&class, &class.teacher(), Some(&own)).await.expect("the edge's own page may");
}
