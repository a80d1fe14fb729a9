//! The harness tested by itself: what breaks here would look like a broken server everywhere else.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{call::spread, contract, database::Rows, postgres::Postgres, proxy::Proxy, redis::Redis};

#[test]
fn routes_are_read_from_the_contract() {
    let start = contract::method("SessionService.StartSession");
    let sent = spread(&start, &json!({"id": "7"}));
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("POST", "/api/v1/sessions/7:start"));
    assert_eq!(sent.body, Some(json!({})));
    let code = contract::method("CodeService.GetCurrentCode");
    let sent = spread(&code, &json!({"location_id": "8", "session_id": "9"}));
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("GET", "/api/v1/qr/current/8?session_id=9"));
    assert_eq!(sent.body, None);
    let change = contract::method("GeofenceService.UpdateLocation");
    let sent = spread(&change, &json!({"location": {"id": "7", "name": "x"}, "update_mask": "name"}));
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("PATCH", "/api/v1/locations/7?update_mask=name"));
    assert_eq!(sent.body, Some(json!({"name": "x"})));
    assert_eq!(contract::callers(&start), ["TEACHER", "ADMIN"]);
    for method in contract::methods() {
        assert!(contract::max_request_bytes(&method) >= 1024, "{}", method.full_name());
        let is_routed = contract::has_route(&method) && contract::route(&method).1.starts_with('/');
        assert!(is_routed || method.is_client_streaming(), "{}", method.full_name());
    }
}

#[tokio::test]
async fn an_own_postgresql_comes_back_with_its_rows() {
    let folder = tempfile::Builder::new().prefix("rollcall-").tempdir().expect("a folder");
    let mut postgres = Postgres::own(folder.path()).await;
    postgres.superuser("CREATE TABLE kept AS SELECT 7 AS n").await;
    postgres.stop().await;
    postgres.resume().await;
    let superuser = postgres.url().replace("/world_", "/postgres?ignored=");
    let address = superuser.split('?').next().expect("an address");
    assert_eq!(
        Rows::open(&format!("{address}?sslmode=disable")).await.number("SELECT n::bigint AS n FROM kept").await,
        7
    );
}

#[tokio::test]
async fn a_redis_dies_and_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut redis = Redis::start(folder.path()).await;
    let address = redis.url().replace("redis://", "");
    TcpStream::connect(&address).await.expect("a connection");
    redis.kill().await;
    TcpStream::connect(&address).await.expect_err("nobody listens");
    redis.resume().await;
    TcpStream::connect(&address).await.expect("a connection");
}

#[tokio::test]
async fn a_proxy_delays_each_way() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let proxy = Proxy::start(listener.local_addr().expect("an address")).await;
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        let (mut from, mut to) = socket.split();
        tokio::io::copy(&mut from, &mut to).await.expect("an echo");
    });
    let mut socket = TcpStream::connect(proxy.address).await.expect("a connection");
    let mut trip = async || {
        let begun = Instant::now();
        socket.write_all(b"ping").await.expect("a write");
        let mut answer = [0; 4];
        socket.read_exact(&mut answer).await.expect("an echo");
        assert_eq!(&answer, b"ping");
        begun.elapsed()
    };
    trip().await;
    proxy.delay(Duration::from_millis(40));
    assert!(trip().await >= Duration::from_millis(80));
}
