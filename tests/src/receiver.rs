//! Another system that webhooks are sent to: an HTTP server of the test's own, which keeps what it gets and answers as it is
//! told.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use http::HeaderMap;
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::until::until;

/// The networks that servers must be allowed to call.
pub const NETWORK: &str = "127.0.0.0/8";

/// A receiver. It ends with the test.
#[derive(Clone)]
pub struct Receiver {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    got: Mutex<Vec<Delivery>>,
    /// The beginning of the answer, after the version.
    answer: Mutex<String>,
    connections: AtomicUsize,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Receiver {
    /// Starts one that takes everything.
    ///
    /// # Panics
    /// When the machine cannot.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let state =
            State { got: Mutex::default(), answer: Mutex::new("200 OK".to_owned()), connections: AtomicUsize::new(0) };
        let receiver = Self { address: listener.local_addr().expect("an address"), state: Arc::new(state) };
        let serving = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serving.state.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        receiver
    }

    /// Where it is, under a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Answers so from now on: `200 OK`, or with headers behind line ends.
    pub fn answer(&self, answer: &str) {
        *self.state.answer.lock().expect("the answer") = answer.to_owned();
    }

    /// All that has come, in order.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.state.got.lock().expect("the deliveries").clone()
    }

    /// How often somebody has connected, whatever came of it.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Waits until so many have come.
    pub async fn wait_for(&self, count: usize) -> Vec<Delivery> {
        until(&format!("{count} deliveries have come"), async || {
            let got = self.deliveries();
            (got.len() >= count).then_some(got)
        })
        .await
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        let mut chunk = [0; 4096];
        loop {
            let Ok(read @ 1..) = stream.read(&mut chunk).await else { return };
            bytes.extend_from_slice(&chunk[..read]);
            if let Some(delivery) = parse(&bytes) {
                self.state.got.lock().expect("the deliveries").push(delivery);
                break;
            }
        }
        let answer = self.state.answer.lock().expect("the answer").clone();
        let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        // Whoever has gone does not want to know.
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}

impl Delivery {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers)).to_str().expect("text")
    }

    /// What it is known by.
    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    /// The body, after somebody else's implementation has verified who it is from and that it is new.
    ///
    /// # Panics
    /// When it does not.
    pub fn verify(&self, secret: &str) -> Value {
        let webhook = Webhook::new(secret).expect("a secret");
        if let Err(error) = webhook.verify(&self.body, &self.headers) {
            panic!("{error}: {self:?}");
        }
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// The same of one that a server has sent whose clock was moved.
    ///
    /// # Panics
    /// When it does not.
    pub fn verify_at_any_time(&self, secret: &str) -> Value {
        let webhook = Webhook::new(secret).expect("a secret");
        let at = self.header("webhook-timestamp").parse().expect("a time");
        let due = webhook.sign(self.id(), at, &self.body).expect("a signature");
        assert!(self.header("webhook-signature").split(' ').any(|found| found == due), "{self:?}");
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// A request, once all of it is there.
fn parse(bytes: &[u8]) -> Option<Delivery> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).expect("a head in ASCII");
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    assert_eq!(first.next(), Some("POST"), "{head}");
    let path = first.next()?.to_owned();
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':').expect("a header");
        let name: http::HeaderName = name.parse().expect("a header's name");
        headers.append(name, value.trim().parse().expect("a header's value"));
    }
    let length: usize = headers.get("content-length")?.to_str().ok()?.parse().expect("a length");
    let body = bytes.get(end + 4..end + 4 + length)?.to_vec();
    Some(Delivery { path, headers, body })
}
