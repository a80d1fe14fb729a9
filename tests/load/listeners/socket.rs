//! One who listens over a WebSocket and keeps books of what came.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use futures_util::StreamExt as _;
use tokio::{net::TcpStream, sync::watch, task::JoinHandle};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};
use uuid::Uuid;

/// When each student's check-in was sent.
pub type Sent = Arc<Mutex<HashMap<Uuid, Instant>>>;

/// What a listener has received of a phase.
pub struct Books {
    /// From sending a check-in to its arrival here.
    pub delays: Vec<Duration>,
    /// Tells two orders apart.
    pub order: u64,
}

pub struct Listener {
    task: JoinHandle<anyhow::Result<Books>>,
}

impl Listener {
    /// Opens it, and returns when the session has come. It ends when it has got as many changes as `due` says.
    pub async fn open(
        edge: SocketAddr,
        session: Uuid,
        bearer: &str,
        sent: Sent,
        due: watch::Receiver<Option<usize>>,
    ) -> anyhow::Result<Self> {
        let mut request = format!("ws://{edge}/ws/attendance/live?session_id={session}").into_client_request()?;
        request.headers_mut().insert("sec-websocket-protocol", "edge.json.v1".parse()?);
        request.headers_mut().insert("authorization", bearer.parse()?);
        let line = TcpStream::connect(edge).await?;
        let (mut socket, _) = client_async(request, line).await?;
        let first = text(&mut socket).await?;
        anyhow::ensure!(first.contains("\"session\":"), "the session must come first: {first}");
        Ok(Self { task: tokio::spawn(follow(socket, sent, due)) })
    }

    pub async fn close(self) -> anyhow::Result<Books> {
        self.task.await?
    }
}

async fn follow(
    mut socket: WebSocketStream<TcpStream>,
    sent: Sent,
    mut due: watch::Receiver<Option<usize>>,
) -> anyhow::Result<Books> {
    let mut delays = Vec::new();
    let mut order = DefaultHasher::new();
    loop {
        if due.borrow().is_some_and(|due| delays.len() >= due) {
            return Ok(Books { delays, order: order.finish() });
        }
        tokio::select! {
            text = text(&mut socket) => {
                let (text, now) = (text?, Instant::now());
                // What was there before this phase is not waited for.
                let Some(student) = student(&text) else { continue };
                if let Some(begun) = sent.lock().expect("the times").get(&student) {
                    delays.push(now - *begun);
                    student.hash(&mut order);
                }
            }
            changed = due.changed() => changed.context("nobody says how much is due")?,
        }
    }
}

async fn text(socket: &mut WebSocketStream<TcpStream>) -> anyhow::Result<String> {
    loop {
        match socket.next().await.context("the WebSocket has ended")?? {
            Message::Text(text) => return Ok(text.to_string()),
            Message::Close(frame) => anyhow::bail!("closed: {frame:?}"),
            _ => {}
        }
    }
}

/// Whose record it is. Found without reading the whole, because the reader shares its processor with the server.
fn student(text: &str) -> Option<Uuid> {
    let (_, rest) = text.split_once("\"student_id\":\"")?;
    Uuid::try_parse(rest.get(..36)?).ok()
}
