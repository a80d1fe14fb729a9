//! Server streams over WebSockets: one message per text frame.
//!
//! The request is the path and query of the same route that also serves lines and events. Browsers can set no headers
//! here, so a token comes as the subprotocol `bearer.<base64url of the token, without padding>`. It is never sent
//! back: a client offers `edge.json.v1` beside it, which is. A browser that offers the token alone will drop the
//! connection, as it insists on one of its offers; other clients do not mind.
//!
//! A failure is a frame `{"error": problem}` and then the close code 4000 + gRPC code. 1000 is a normal end, 1001 means
//! that the server goes away, 1002, 1007 and 1009 that a client's frame is no WebSocket, no text or too large.
//!
//! A client that does not read is cut without a word, as there is no room for one. What it has read up to then is whole
//! messages in their order, so that it can resume after the last of them.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version, header};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt as _;
use tokio::time::MissedTickBehavior;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tonic::Code;

use crate::call::Passed;
use crate::connection::{Busy, Connection};
use crate::edge::{Body, Core};
use crate::rest::{passed, refused, render};
use crate::route::BindingId;
use crate::status::{Problem, reason};
use crate::stream::{First, Opened, draining, error_object, open};
use crate::{origin, request};

/// The subprotocol that this file speaks.
const PROTOCOL: &str = "edge.json.v1";
const BEARER: &str = "bearer.";

/// Clients have nothing to say on a server stream, so what they send is small.
const MAX_CLIENT_MESSAGE_BYTES: usize = 16 * 1024;
/// How long the other side may take to answer a close.
const CLOSE_WAIT: Duration = Duration::from_secs(2);
/// How many pings may go unanswered.
const MISSED_PINGS: u32 = 2;

/// A request that wants to become a WebSocket.
pub(crate) struct Upgrade {
    on: OnUpgrade,
}

impl Upgrade {
    pub(crate) fn of(request: &mut Request<Body>) -> Option<Upgrade> {
        let wanted = if request.method() == Method::CONNECT {
            request.extensions().get::<hyper::ext::Protocol>().is_some_and(|protocol| protocol.as_str() == "websocket")
        } else {
            request.method() == Method::GET
                && has_token(request.headers(), header::UPGRADE, "websocket")
                && has_token(request.headers(), header::CONNECTION, "upgrade")
        };
        wanted.then(|| Upgrade { on: hyper::upgrade::on(request) })
    }
}

fn has_token(headers: &HeaderMap, name: header::HeaderName, token: &str) -> bool {
    let values = headers.get_all(name);
    let mut tokens = values.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    tokens.any(|value| value.trim().eq_ignore_ascii_case(token))
}

pub(crate) async fn serve(
    core: &Arc<Core>,
    binding_id: BindingId,
    segments: &[&str],
    upgrade: Upgrade,
    request: Request<Body>,
) -> Result<Response<Body>, Box<Problem>> {
    // The rule of same origin does not hold for WebSockets, so it is kept here.
    if origin::is_allowed(request.headers(), request.uri(), &core.options) == Some(false) {
        let detail = "this origin may not connect";
        return Err(Problem::new(StatusCode::FORBIDDEN, Code::PermissionDenied, reason::ORIGIN_NOT_ALLOWED, detail));
    }
    let mut response = handshake(&request)?;
    let offers = Offers::of(request.headers())?;
    if offers.speaks_edge {
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    }
    let connection = request.extensions().get::<Connection>().cloned().unwrap_or_default();
    let passed = passed(core, &request, offers.token.as_deref());
    // Over HTTP/2 the body is the WebSocket itself, so it is not looked at.
    let (parts, _) = request.into_parts();
    let message = request::message(core, &core.bindings[binding_id], segments, &parts, Body::default()).await;
    let session = Session {
        core: core.clone(),
        binding_id,
        instance: parts.uri.path().to_owned(),
        drain: connection.clone(),
        _busy: connection.busy(),
    };
    connection.spawn(async move {
        match upgrade.on.await {
            Ok(upgraded) => session.run(upgraded, passed, message).await,
            Err(fault) => tracing::debug!(%fault, "a WebSocket was not taken up"),
        }
    });
    Ok(response)
}

/// The answer to the opening handshake.
fn handshake(request: &Request<Body>) -> Result<Response<Body>, Box<Problem>> {
    let headers = request.headers();
    let invalid = |status: StatusCode, detail: &str| {
        Problem::new(status, Code::InvalidArgument, reason::UPGRADE_INVALID, detail)
            .header(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))
    };
    if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err(invalid(StatusCode::UPGRADE_REQUIRED, "the WebSocket version must be 13"));
    }
    let mut response = Response::new(Body::default());
    if request.version() == Version::HTTP_2 {
        return Ok(response);
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes).unwrap_or_default();
    if key.len() != 24 {
        return Err(invalid(StatusCode::BAD_REQUEST, "Sec-WebSocket-Key must be 16 bytes in base64"));
    }
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let accept = HeaderValue::try_from(derive_accept_key(key)).map_err(|_| Problem::internal("internal error"))?;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    Ok(response)
}

/// The subprotocols that a client offers.
struct Offers {
    speaks_edge: bool,
    token: Option<String>,
}

impl Offers {
    fn of(headers: &HeaderMap) -> Result<Offers, Box<Problem>> {
        let mut offers = Offers { speaks_edge: false, token: None };
        let values = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL);
        for offer in values.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')) {
            let offer = offer.trim();
            if offer == PROTOCOL {
                offers.speaks_edge = true;
            } else if let Some(encoded) = offer.strip_prefix(BEARER) {
                offers.token = Some(token(encoded).ok_or_else(|| {
                    let detail = "the subprotocol bearer.<token> must hold a token in base64url";
                    Problem::new(StatusCode::BAD_REQUEST, Code::InvalidArgument, reason::UPGRADE_INVALID, detail)
                })?);
            }
        }
        Ok(offers)
    }
}

fn token(encoded: &str) -> Option<String> {
    let engine = if encoded.ends_with('=') { &URL_SAFE } else { &URL_SAFE_NO_PAD };
    let token = String::from_utf8(engine.decode(encoded).ok()?).ok()?;
    token.bytes().all(|byte| byte.is_ascii_graphic()).then_some(token)
}

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// While nothing can be sent yet, a client may still change its mind.
async fn until_left(socket: &mut Socket) -> Ending {
    loop {
        if let Some(ending) = ended(socket.next().await) {
            return ending;
        }
    }
}

/// How what a client sends ends the session. What does not is a sign of life: clients have nothing else to say here.
fn ended(frame: Option<Result<Message, Error>>) -> Option<Ending> {
    match frame {
        Some(Ok(Message::Close(_))) => Some(Ending::Left),
        Some(Ok(_)) => None,
        Some(Err(Error::Capacity(_))) => Some(Ending::Fault(CloseCode::Size, "a message may have 16 KiB at most")),
        Some(Err(Error::Utf8(_))) => Some(Ending::Fault(CloseCode::Invalid, "a text must be UTF-8")),
        // The transport is gone without a close.
        Some(Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake))) => Some(Ending::Gone),
        Some(Err(Error::Protocol(_))) => Some(Ending::Fault(CloseCode::Protocol, "not a WebSocket frame")),
        Some(Err(_)) | None => Some(Ending::Gone),
    }
}

/// One WebSocket.
struct Session {
    core: Arc<Core>,
    binding_id: BindingId,
    instance: String,
    drain: Connection,
    /// Tells the listener that the connection below is in use.
    _busy: Busy,
}

/// How a session ends.
enum Ending {
    /// With a close frame.
    Close(CloseCode, &'static str),
    /// With an error frame before it.
    Failure(Box<Problem>, Option<CloseCode>),
    /// With a close frame, after something that makes it pointless to read on.
    Fault(CloseCode, &'static str),
    /// The other side has closed; what is left is to say so too.
    Left,
    /// The other side is gone or does not read.
    Gone,
}

impl Session {
    async fn run(self, upgraded: Upgraded, passed: Passed, message: Result<Bytes, Box<Problem>>) {
        let config = WebSocketConfig::default()
            .read_buffer_size(4 * 1024)
            .write_buffer_size(0)
            .max_message_size(Some(MAX_CLIENT_MESSAGE_BYTES))
            .max_frame_size(Some(MAX_CLIENT_MESSAGE_BYTES));
        let mut socket = Socket::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
        let ending = match message {
            Ok(message) => self.flow(&mut socket, passed, message).await,
            Err(problem) => Ending::Failure(problem, None),
        };
        let (code, text) = match ending {
            Ending::Gone => return,
            Ending::Left => {
                // The library sends the answer while it is read on.
                let answer = async { while let Some(Ok(_)) = socket.next().await {} };
                let _late = tokio::time::timeout(CLOSE_WAIT, answer).await;
                return;
            }
            Ending::Fault(code, text) => {
                let frame = CloseFrame { code, reason: Utf8Bytes::from_static(text) };
                if self.put(&mut socket, Message::Close(Some(frame))).await {
                    // Closing while bytes are unread resets the connection, and the close frame would be lost with it.
                    let rest = async { while let Ok(1..) = socket.get_mut().read(&mut [0; 1024]).await {} };
                    let _late = tokio::time::timeout(CLOSE_WAIT, rest).await;
                }
                return;
            }
            Ending::Close(code, text) => (code, text.to_owned()),
            Ending::Failure(problem, code) => {
                let frame = error_object(&problem.json(&self.instance));
                if !self.send(&mut socket, Bytes::from(frame)).await {
                    return;
                }
                let code = code.unwrap_or_else(|| CloseCode::from(4_000 + problem.code as u16));
                (code, problem.reason.into_owned())
            }
        };
        let frame = CloseFrame { code, reason: Utf8Bytes::from(text) };
        let close = async {
            if socket.close(Some(frame)).await.is_ok() {
                while let Some(Ok(_)) = socket.next().await {}
            }
        };
        // A client that does not answer the close is left.
        let _late = tokio::time::timeout(CLOSE_WAIT, close).await;
    }

    async fn flow(&self, socket: &mut Socket, passed: Passed, message: Bytes) -> Ending {
        let binding = &self.core.bindings[self.binding_id];
        let opened = tokio::select! {
            opened = open(&self.core, self.binding_id, passed, message) => opened,
            ending = until_left(socket) => return ending,
        };
        let Opened { mut upstream, first, .. } = match opened {
            Ok(opened) => opened,
            Err(problem) => return Ending::Failure(problem, None),
        };
        let mut next = match first {
            First::Message(message) => Some(message),
            First::End => return Ending::Close(CloseCode::Normal, ""),
            First::Waiting => None,
        };
        let mut heartbeat = tokio::time::interval(self.core.options.stream_heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        heartbeat.reset();
        let mut unanswered = 0;
        loop {
            if let Some(message) = next.take() {
                match render(&self.core, binding, &message) {
                    Ok((_, json)) => {
                        if !self.send(socket, json).await {
                            return Ending::Gone;
                        }
                    }
                    Err(problem) => return Ending::Failure(problem, None),
                }
            }
            tokio::select! {
                () = self.drain.drain.cancelled() => return Ending::Failure(draining(), Some(CloseCode::Away)),
                message = upstream.message() => match message {
                    Ok(Some(message)) => next = Some(message),
                    Ok(None) => return Ending::Close(CloseCode::Normal, ""),
                    Err(status) => return Ending::Failure(refused(&self.core, binding, &status), None),
                },
                // Pings are answered by the library.
                frame = socket.next() => match ended(frame) {
                    Some(ending) => return ending,
                    None => unanswered = 0,
                },
                _ = heartbeat.tick() => {
                    if unanswered == MISSED_PINGS || !self.put(socket, Message::Ping(Bytes::new())).await {
                        return Ending::Gone;
                    }
                    unanswered += 1;
                }
            }
        }
    }

    /// Whether the frame was taken. JSON is always UTF-8; the check is what the type asks for.
    async fn send(&self, socket: &mut Socket, json: Bytes) -> bool {
        match Utf8Bytes::try_from(json) {
            Ok(text) => self.put(socket, Message::Text(text)).await,
            Err(_) => false,
        }
    }

    /// Nothing is queued: while a client does not read, its upstream is not read either, and after a while it is cut.
    async fn put(&self, socket: &mut Socket, message: Message) -> bool {
        let sent = tokio::time::timeout(self.core.options.stream_write_timeout, socket.send(message)).await;
        matches!(sent, Ok(Ok(())))
    }
}
