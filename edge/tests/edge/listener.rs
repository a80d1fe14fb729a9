//! The accept loop against clients that are slow, silent, many or gone.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rollcall_edge::{Edge, PeerAddr, connect, listen};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::{Service, service_fn};

use crate::support::{POOL, echo, edge, get, options, send};

/// A listener with a service on a free port.
pub struct Running {
    pub address: SocketAddr,
    shutdown: CancellationToken,
    serving: tokio::task::JoinHandle<()>,
}

impl Running {
    pub async fn new<S, B>(service: S, limits: listen::Limits) -> Running
    where
        S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<tower::BoxError>,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn(listen::serve(listener, service, limits, shutdown.clone()));
        Running { address, shutdown, serving }
    }

    /// How long it took.
    pub async fn stop(self) -> Duration {
        let start = Instant::now();
        self.shutdown.cancel();
        tokio::time::timeout(Duration::from_secs(20), self.serving).await.unwrap().unwrap();
        start.elapsed()
    }

    async fn open(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }
}

/// A connection with so little room that a writer soon has to wait for its reader.
pub async fn narrow(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    socket.connect(address).await.unwrap()
}

/// How long the server keeps a connection that says nothing more.
async fn kept(mut stream: TcpStream) -> Duration {
    let start = Instant::now();
    let mut buffer = [0; 4096];
    let closed = async { while matches!(stream.read(&mut buffer).await, Ok(read) if read > 0) {} };
    tokio::time::timeout(Duration::from_secs(10), closed).await.expect("the server never closed the connection");
    start.elapsed()
}

fn quick() -> listen::Limits {
    listen::Limits {
        first_byte_timeout: Duration::from_millis(300),
        header_timeout: Duration::from_millis(400),
        idle_timeout: Duration::from_millis(600),
        drain: Duration::from_millis(1_500),
        ..listen::Limits::default()
    }
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

#[tokio::test]
async fn silence_is_cut_at_every_stage() {
    let server = Running::new(edge(), quick()).await;
    for (bytes, from, to) in [
        (&b""[..], 200, 5_000),
        (&b"PRI * HT"[..], 200, 5_000),
        (&b"GET /v1/items HTT"[..], 300, 5_000),
        (&b"GET /v1/items HTTP/1.1\r\nhost: x\r\n\r\n"[..], 500, 8_000),
        (PREFACE, 500, 8_000),
    ] {
        let stream = server.open(bytes).await;
        let time = kept(stream).await.as_millis();
        assert!((from..to).contains(&time), "{:?}: {time} ms", String::from_utf8_lossy(bytes));
    }
    server.stop().await;
}

#[tokio::test]
async fn nothing_holds_up_the_shutdown() {
    let server =
        Running::new(edge(), listen::Limits { drain: Duration::from_millis(1_500), ..listen::Limits::default() }).await;
    let hanging = b"GET /v1/watch/hangs HTTP/1.1\r\nhost: x\r\naccept: application/json\r\n\r\n";
    let half_body =
        b"POST /v1/items HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{";
    let mut streams = Vec::new();
    for bytes in [&b""[..], b"PRI * HT", b"GET /v1", PREFACE, hanging, half_body] {
        streams.push(server.open(bytes).await);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let time = server.stop().await;
    assert!(time < Duration::from_secs(6), "{time:?}");
    drop(streams);
}

#[tokio::test]
async fn a_request_in_flight_is_finished_and_a_stuck_one_dropped() {
    let service = service_fn(async |request: Request<Incoming>| {
        let stuck = request.uri().path() == "/stuck";
        tokio::time::sleep(Duration::from_millis(if stuck { 60_000 } else { 500 })).await;
        let peer = request.extensions().get::<PeerAddr>().unwrap();
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(peer.0.ip().to_string()))))
    });
    let server = Running::new(service, quick()).await;
    let mut finished = server.open(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let stuck = server.open(b"GET /stuck HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let time = server.stop().await;
    let mut answer = String::new();
    finished.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("127.0.0.1"), "{answer}");
    assert!(time >= Duration::from_millis(1_300) && time < Duration::from_secs(6), "{time:?}");
    drop(stuck);
}

#[tokio::test]
async fn who_does_not_read_is_cut() {
    let limits = listen::Limits { write_timeout: Duration::from_millis(300), ..listen::Limits::default() };
    let server = Running::new(edge(), limits).await;
    let mut stream = narrow(server.address).await;
    stream.write_all(b"GET /v1/watch/floods HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    // The stream would go on for five seconds and then say that its time is over.
    let mut answer = Vec::new();
    let _reset = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200") && !String::from_utf8_lossy(&answer).contains("DEADLINE_EXCEEDED"));
    server.stop().await;
}

#[tokio::test]
async fn a_drain_ends_streams_with_a_reason() {
    let server = Running::new(edge(), listen::Limits::default()).await;
    let mut stream =
        server.open(b"GET /v1/watch/hangs?pages=1 HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let time = server.stop().await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("id: 1\n") && answer.contains("event: stream-error\n"), "{answer}");
    assert!(answer.contains("DRAINING") && time < Duration::from_secs(5), "{time:?} {answer}");
}

/// A service may be an axum router, as gRPC services are.
#[tokio::test]
async fn a_router_is_served_as_it_is() {
    let router: axum::Router = axum::Router::new().fallback(async || "here");
    let server = Running::new(router, listen::Limits::default()).await;
    let mut stream = server.open(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("here"), "{answer}");
    server.stop().await;
}

/// What comes until `text` has come.
async fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut answer = String::new();
    let mut buffer = [0; 4096];
    let read = async {
        while !answer.contains(text) {
            let read = stream.read(&mut buffer).await.unwrap();
            assert!(read > 0, "closed after {answer:?}");
            answer.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
    };
    tokio::time::timeout(Duration::from_secs(5), read).await.unwrap_or_else(|_| panic!("no {text:?}"));
    answer
}

/// Requests as they look on the wire.
#[tokio::test]
async fn every_form_of_a_target_is_understood() {
    let server = Running::new(edge(), listen::Limits::default()).await;
    for (request, status, holds) in [
        ("GET http://api.example/v1/items/7 HTTP/1.1\r\nhost: api.example\r\n", "200", "x-forwarded-host=api.example"),
        ("GET http://api.example/v1/items/7 HTTP/1.1\r\nhost: other\r\n", "200", "x-forwarded-host=api.example"),
        ("GET /v1/items/7 HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n", "200", r#""id":"7""#),
        ("GET /v1/items/7 HTTP/1.1\r\nhost: x\r\nhost: y\r\n", "400", "HEADER_REPEATED"),
        ("GET /v1/items/7 HTTP/1.0\r\n", "200", r#""id":"7""#),
        ("OPTIONS * HTTP/1.1\r\nhost: x\r\n", "204", ""),
        ("CONNECT x:443 HTTP/1.1\r\nhost: x\r\n", "405", "METHOD_NOT_ALLOWED"),
        ("HEAD /nope HTTP/1.1\r\nhost: x\r\n", "404", "content-length"),
        ("POST /v1/items HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n", "400", ""),
        ("POST /v1/items HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n", "400", ""),
    ] {
        let mut stream = server.open(format!("{request}connection: close\r\n\r\n").as_bytes()).await;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (line, _) = answer.split_once("\r\n").unwrap();
        assert!(line.split(' ').nth(1) == Some(status) && answer.contains(holds), "{request}: {answer}");
    }
    server.stop().await;
}

/// A client that asks first is told to go on where its body is wanted, and hears the refusal where it is not.
#[tokio::test]
async fn a_body_is_asked_for_only_where_it_is_read() {
    let server = Running::new(edge(), listen::Limits::default()).await;
    let head = |line: &str, length: usize| {
        format!(
            "{line} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n\
             content-length: {length}\r\n\r\n"
        )
    };
    let mut stream = server.open(head("POST /v1/items", 13).as_bytes()).await;
    assert_eq!(read_until(&mut stream, "\r\n\r\n").await, "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(br#"{"title":"T"}"#).await.unwrap();
    let answer = read_until(&mut stream, r#""resume_after""#).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(r#""title":"T""#), "{answer}");
    for (line, length, status) in
        [("POST /nope", 13, "404"), ("POST /v1/items/7", 13, "405"), ("POST /v1/items", 9_999, "413")]
    {
        let mut stream = server.open(head(line, length).as_bytes()).await;
        let answer = read_until(&mut stream, "\r\n\r\n").await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{line}: {answer}");
    }
    server.stop().await;
}

/// A client that keeps its connections would send its next request into one that is about to be closed.
#[tokio::test]
async fn a_body_that_is_not_waited_for_ends_its_connection() {
    let server = Running::new(edge(), listen::Limits::default()).await;
    for (length, ends) in [(13, false), (9_999, true)] {
        let head = format!(
            "POST /v1/items HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        let mut stream = server.open(format!("{head}{{\"title\":\"T\"}}").as_bytes()).await;
        let answer = read_until(&mut stream, "\r\n\r\n").await;
        assert_eq!(answer.contains("connection: close"), ends, "{answer}");
    }
    server.stop().await;
}

/// Nothing in an array could tell that it is not whole, so the transfer itself has to.
#[tokio::test]
async fn a_stream_that_fails_inside_an_array_breaks_the_transfer() {
    let server = Running::new(edge(), listen::Limits::default()).await;
    for (id, pages, is_whole) in [("x", 1, true), ("fails", 1, false)] {
        let request =
            format!("GET /v1/watch/{id}?pages={pages} HTTP/1.1\r\nhost: x\r\naccept: application/json\r\n\r\n");
        let mut stream = server.open(request.as_bytes()).await;
        let mut answer = read_until(&mut stream, "tick").await;
        if is_whole && !answer.ends_with("0\r\n\r\n") {
            answer.push_str(&read_until(&mut stream, "0\r\n\r\n").await);
        }
        if !is_whole {
            let _reset = stream.read_to_string(&mut answer).await;
        }
        assert_eq!(answer.ends_with("]\r\n0\r\n\r\n"), is_whole, "{answer}");
        assert_eq!(answer.ends_with("0\r\n\r\n"), is_whole, "{answer}");
    }
    let stream = TokioIo::new(TcpStream::connect(server.address).await.unwrap());
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await.unwrap();
    tokio::spawn(connection);
    let uri = format!("http://{}/v1/watch/fails?pages=1", server.address);
    let request = Request::get(uri).header("accept", "application/json").body(Full::new(Bytes::new())).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.into_body().collect().await.is_err());
    server.stop().await;
}

#[tokio::test]
async fn connections_are_counted() {
    let limits = listen::Limits { max_connections_per_ip: 2, ..listen::Limits::default() };
    let server = Running::new(edge(), limits).await;
    let request = b"GET /v1/items HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut first = server.open(request).await;
    let second = server.open(request).await;
    let mut buffer = [0; 64];
    assert!(first.read(&mut buffer).await.unwrap() > 0);
    let third = server.open(b"").await;
    assert!(kept(third).await < Duration::from_secs(1));
    drop(second);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut fourth = server.open(request).await;
    assert!(fourth.read(&mut buffer).await.unwrap() > 0);
    server.stop().await;
}

#[tokio::test]
async fn a_port_for_grpc_speaks_http2_only_and_heads_are_bounded() {
    let server = Running::new(edge(), listen::Limits { http1: false, ..listen::Limits::default() }).await;
    let stream = server.open(b"GET /v1/items HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(kept(stream).await < Duration::from_secs(1));
    server.stop().await;
    let server = Running::new(edge(), listen::Limits::default()).await;
    let head = format!("GET /v1/items HTTP/1.1\r\nhost: x\r\nx-big: {}\r\n\r\n", "x".repeat(30_000));
    let mut stream = server.open(head.as_bytes()).await;
    let mut answer = [0; 16];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer[..12], b"HTTP/1.1 431");
    server.stop().await;
}

/// The same edge in front of a service in another place: a pool of connections, a gRPC port with this listener.
#[tokio::test]
async fn an_upstream_across_the_network_is_the_same() {
    let upstream = echo();
    let service = service_fn(move |request: Request<Incoming>| {
        let mut upstream = upstream.clone();
        async move { Ok::<_, Infallible>(upstream.call(request.map(tonic::body::Body::new)).await.unwrap()) }
    });
    let server = Running::new(service, listen::Limits { http1: false, ..listen::Limits::default() }).await;
    let upstream = connect(format!("http://{}", server.address).parse().unwrap(), 2).unwrap();
    let edge = Edge::new(&POOL, upstream, options()).unwrap();
    for _ in 0..5 {
        assert_eq!(get(&edge, "/v1/items/7").await.json()["id"], "7");
    }
    assert_eq!(get(&edge, "/v1/fail/full").await.json()["reason"], "SHELF_FULL");
    assert_eq!(get(&edge, "/v1/fail/sleep").await.status, 504);
    assert_eq!(get(&edge, "/v1/watch/fails").await.status, 409);
    assert_eq!(get(&edge, "/v1/watch/x?pages=3").await.text().lines().count(), 3);
    let headers = [("content-type", "application/grpc-web+proto")];
    let answer = send(&edge, "POST /edge.test.v1.Echo/Get", &headers, vec![0, 0, 0, 0, 0]).await;
    assert!(answer.text().contains("grpc-status:0"), "{:?}", answer.text());
    server.stop().await;
    let answer = get(&edge, "/v1/items/7").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (503, &"UNAVAILABLE".into()));
    let unreachable = connect("http://127.0.0.1:1".parse().unwrap(), 1).unwrap();
    let edge = Edge::new(&POOL, unreachable, options()).unwrap();
    assert_eq!(get(&edge, "/v1/items/7").await.status, 503);
    assert!(connect("nonsense".parse().unwrap(), 1).is_err());
}
