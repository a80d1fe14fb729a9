//! Server streams over WebSockets, on a real socket.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::{SinkExt as _, StreamExt as _};
use http::{Method, Request, Version};
use http_body_util::Empty;
use hyper::ext::Protocol;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rollcall_edge::{Edge, Options, listen};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::listener::{Running, narrow};
use crate::support::{POOL, echo, edge, options};

type Socket = WebSocketStream<TcpStream>;

async fn connect(server: &Running, path: &str, headers: &[(&'static str, &str)]) -> Result<(Socket, String), Error> {
    let mut request = format!("ws://{}{path}", server.address).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let stream = narrow(server.address).await;
    let (socket, response) = client_async(request, stream).await?;
    let protocol = response.headers().get("sec-websocket-protocol").map_or("", |value| value.to_str().unwrap());
    Ok((socket, protocol.to_owned()))
}

/// All texts and the close code.
async fn drain(socket: &mut Socket) -> (Vec<serde_json::Value>, u16) {
    let mut texts = Vec::new();
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Text(text) => texts.push(serde_json::from_str(&text).unwrap()),
            Message::Close(frame) => return (texts, frame.unwrap().code.into()),
            _ => {}
        }
    }
}

fn status(outcome: Result<(Socket, String), Error>) -> u16 {
    match outcome {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => 101,
    }
}

#[tokio::test]
async fn one_message_per_frame_and_a_code_at_the_end() {
    let server = Running::new(edge(), listen::Limits::default()).await;
    let (mut socket, _) = connect(&server, "/v1/watch/x?pages=2", &[]).await.unwrap();
    let (texts, code) = drain(&mut socket).await;
    assert_eq!((texts.len(), code), (2, 1000));
    assert_eq!(texts[1]["seq"], "2");
    for (path, code, frames) in [
        ("/v1/watch/fails?pages=1", 4010, 2),
        ("/v1/watch/refused", 4007, 1),
        ("/v1/watch/panics", 4013, 1),
        ("/v1/watch/x?nope=1", 4003, 1),
    ] {
        let (mut socket, _) = connect(&server, path, &[]).await.unwrap();
        let (texts, closed) = drain(&mut socket).await;
        assert_eq!((closed, texts.len()), (code, frames), "{path}");
        assert!(texts[frames - 1]["error"]["detail"].is_string());
    }
    server.stop().await;
}

#[tokio::test]
async fn tokens_come_as_subprotocols_and_are_not_sent_back() {
    let server = Running::new(edge(), listen::Limits::default()).await;
    let bearer = format!("bearer.{}", URL_SAFE_NO_PAD.encode("secret"));
    let both = format!("edge.json.v1, {bearer}");
    let (mut socket, protocol) =
        connect(&server, "/v1/watch/token?pages=1", &[("sec-websocket-protocol", &both)]).await.unwrap();
    assert_eq!(protocol, "edge.json.v1");
    assert_eq!(drain(&mut socket).await.1, 1000);
    let (mut socket, _) = connect(&server, "/v1/watch/token", &[("authorization", "Bearer secret")]).await.unwrap();
    assert_eq!(drain(&mut socket).await.1, 1000);
    let (mut socket, _) = connect(&server, "/v1/watch/token", &[]).await.unwrap();
    assert_eq!(drain(&mut socket).await.1, 4016);
    let bad = connect(&server, "/v1/watch/token", &[("sec-websocket-protocol", "bearer.***")]).await;
    assert_eq!(status(bad), 400);
    server.stop().await;
}

#[tokio::test]
async fn foreign_pages_and_other_routes_are_refused() {
    let server = Running::new(edge(), listen::Limits::default()).await;
    let own = format!("http://{}", server.address);
    for (path, origin, expected) in [
        ("/v1/watch/x", "https://app.example", 101),
        ("/v1/watch/x", own.as_str(), 101),
        ("/v1/watch/x", "https://evil.example", 403),
        ("/v1/watch/x", "null", 403),
        ("/nope", "https://app.example", 404),
        ("/v1/items/7", "https://app.example", 200),
    ] {
        assert_eq!(status(connect(&server, path, &[("origin", origin)]).await), expected, "{path} {origin}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_is_gone_or_does_not_read_is_cut() {
    let options = Options { stream_write_timeout: Duration::from_millis(300), ..options() };
    let server = Running::new(Edge::new(&POOL, echo(), options).unwrap(), listen::Limits::default()).await;
    // Floods and is never read: the server gives up.
    let (socket, _) = connect(&server, "/v1/watch/floods", &[]).await.unwrap();
    // The same with messages that can be told apart.
    const MANY: i64 = 2_000_000;
    let (mut slow, _) = connect(&server, &format!("/v1/watch/x?pages={MANY}"), &[]).await.unwrap();
    // Never answers a ping, as nothing polls it.
    let (silent, _) = connect(&server, "/v1/watch/hangs", &[]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(2_000)).await;
    assert_eq!(last_error(socket).await, "cut");
    assert_eq!(last_error(silent).await, "cut");
    // What it has got is whole, so it goes on after the last of it without a gap.
    let mut last = 0;
    while let Some(Ok(frame)) = slow.next().await {
        let Message::Text(text) = frame else { continue };
        let tick: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(tick["seq"], (last + 1).to_string());
        last += 1;
    }
    assert!((1..MANY).contains(&last), "{last}");
    let path = format!("/v1/watch/x?pages={}&resume_after={last}", last + 2);
    let (mut again, _) = connect(&server, &path, &[]).await.unwrap();
    let (texts, code) = drain(&mut again).await;
    assert_eq!((texts.len(), &texts[0]["seq"], code), (2, &(last + 1).to_string().into(), 1000));
    // Answers pings, so it stays.
    let (mut alive, _) = connect(&server, "/v1/watch/hangs", &[]).await.unwrap();
    let pings = async {
        for _ in 0..6 {
            assert!(matches!(alive.next().await.unwrap().unwrap(), Message::Ping(_)));
            alive.flush().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(3), pings).await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn a_close_is_answered() {
    let server = Running::new(edge(), listen::Limits::default()).await;
    let (mut socket, _) = connect(&server, "/v1/watch/hangs?pages=1", &[]).await.unwrap();
    assert!(matches!(socket.next().await.unwrap().unwrap(), Message::Text(_)));
    socket.close(None).await.unwrap();
    let rest: Vec<_> = socket.collect().await;
    assert!(rest.iter().all(Result::is_ok), "{rest:?}");
    assert!(rest.iter().any(|frame| matches!(frame, Ok(Message::Close(_)))), "{rest:?}");
    server.stop().await;
}

/// Frames that are none of what a client may send, and the code with which each is answered.
#[tokio::test]
async fn faulty_frames_are_answered_with_their_code() {
    let server = Running::new(edge(), listen::Limits::default()).await;
    // FIN and the kind of frame, the length with the bit for a mask, the mask, and the payload under a mask of zeros.
    let frame = |head: &[u8], payload: &[u8]| [head, &[0; 4], payload].concat();
    for (what, bytes, code) in [
        ("a text of 64 KiB", frame(&[0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 0], &[b'x'; 65_536]), 1009),
        ("a text of 17 KiB", frame(&[0x81, 0xfe, 0x44, 0x00], &[b'x'; 17_408]), 1009),
        ("no UTF-8", frame(&[0x81, 0x81], &[0xff]), 1007),
        ("a reserved opcode", frame(&[0x83, 0x80], &[]), 1002),
        ("no mask", vec![0x81, 0x01, b'x'], 1002),
    ] {
        let (mut socket, _) = connect(&server, "/v1/watch/hangs?pages=1", &[]).await.unwrap();
        assert!(matches!(socket.next().await.unwrap().unwrap(), Message::Text(_)));
        socket.get_mut().write_all(&bytes).await.unwrap();
        let (texts, closed) = drain(&mut socket).await;
        assert_eq!((texts.len(), closed), (0, code), "{what}");
    }
    // Before the stream has opened too.
    let (mut socket, _) = connect(&server, "/v1/watch/hangs", &[]).await.unwrap();
    socket.send(Message::text("x".repeat(20_000))).await.unwrap();
    assert_eq!(drain(&mut socket).await.1, 1009);
    // A message that fits is no fault, though nobody reads it.
    let (mut socket, _) = connect(&server, "/v1/watch/x?pages=1", &[]).await.unwrap();
    socket.send(Message::text("x".repeat(16_000))).await.unwrap();
    assert_eq!(drain(&mut socket).await.1, 1000);
    server.stop().await;
}

/// A tunnel is not to be had, and a WebSocket only where there is a stream.
#[tokio::test]
async fn other_connects_are_refused_over_http2() {
    let server = Running::new(edge(), listen::Limits::default()).await;
    let stream = TokioIo::new(TcpStream::connect(server.address).await.unwrap());
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await.unwrap();
    tokio::spawn(connection);
    tokio::time::sleep(Duration::from_millis(100)).await;
    for (uri, protocol, status) in [
        ("/v1/watch/x", Some("connect-udp"), 405),
        ("/v1/items/7", Some("websocket"), 400),
        ("/nope", Some("websocket"), 404),
        ("", None, 405),
    ] {
        let mut request = Request::builder().method(Method::CONNECT).version(Version::HTTP_2);
        request = match protocol {
            Some(protocol) => request
                .uri(format!("http://{}{uri}", server.address))
                .header("sec-websocket-version", "13")
                .extension(Protocol::from_static(protocol)),
            None => request.uri(server.address.to_string()),
        };
        let response = sender.send_request(request.body(Empty::<bytes::Bytes>::new()).unwrap()).await.unwrap();
        assert_eq!(response.status(), status, "{uri} {protocol:?}");
    }
    server.stop().await;
}

async fn last_error(mut socket: Socket) -> &'static str {
    loop {
        match socket.next().await {
            Some(Ok(Message::Close(_))) => return "closed",
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return "cut",
        }
    }
}

/// RFC 8441: browsers that already have an HTTP/2 connection open their WebSockets on it.
#[tokio::test]
async fn websockets_work_over_http2() {
    let server = Running::new(edge(), listen::Limits::default()).await;
    let stream = TokioIo::new(TcpStream::connect(server.address).await.unwrap());
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await.unwrap();
    tokio::spawn(connection);
    // The server's settings have to arrive before a client may send such a request.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let request = Request::builder()
        .method(Method::CONNECT)
        .version(Version::HTTP_2)
        .uri(format!("http://{}/v1/watch/fails?pages=2", server.address))
        .extension(Protocol::from_static("websocket"))
        .header("sec-websocket-version", "13")
        .header("sec-websocket-protocol", "edge.json.v1")
        .body(Empty::<bytes::Bytes>::new())
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["sec-websocket-protocol"], "edge.json.v1");
    let upgraded = TokioIo::new(hyper::upgrade::on(response).await.unwrap());
    let mut socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, None).await;
    let mut texts = 0;
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Text(_) => texts += 1,
            Message::Close(frame) => {
                assert_eq!((texts, u16::from(frame.unwrap().code)), (3, 4010));
                break;
            }
            _ => {}
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn a_drain_closes_with_going_away() {
    let server = Running::new(edge(), listen::Limits::default()).await;
    let (mut socket, _) = connect(&server, "/v1/watch/hangs", &[]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(150)).await;
    let closed = tokio::spawn(async move { drain(&mut socket).await });
    let time = server.stop().await;
    let (texts, code) = closed.await.unwrap();
    assert_eq!((code, &texts[0]["error"]["reason"]), (1001, &"DRAINING".into()));
    assert!(time < Duration::from_secs(6), "{time:?}");
}
