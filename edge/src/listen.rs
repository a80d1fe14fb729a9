//! The accept loop: HTTP/1.1 and HTTP/2 on one port, with a bound on everything that a stranger could hold on to.

mod crowd;
mod socket;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::{BoxError, Service};

use crate::address::PeerAddr;
use crate::connection::{Busy, Connection};
use crowd::{Crowd, Seat};
use socket::{Opening, Socket};

/// The bounds of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a new connection may take to show which protocol it speaks.
    pub first_byte_timeout: Duration,
    /// How long a connection may stay open without a request.
    pub idle_timeout: Duration,
    /// How long the head of a request may take over HTTP/1.1.
    pub header_timeout: Duration,
    /// How long the other side may take nothing of what is sent to it.
    pub write_timeout: Duration,
    /// Connections from one IPv4 address or one IPv6 network of 64 bits; 0 for no bound.
    pub max_connections_per_ip: usize,
    /// Connections in all; 0 for no bound.
    pub max_connections: usize,
    /// Requests at a time on one HTTP/2 connection.
    pub max_concurrent_streams: u32,
    /// The head of a request, in bytes.
    pub max_header_bytes: u32,
    /// Streams that the server may have to reset because of errors of the client.
    pub max_local_error_reset_streams: usize,
    /// Streams that a client may reset before they were accepted.
    pub max_pending_accept_reset_streams: usize,
    /// How often an HTTP/2 connection is pinged.
    pub keepalive_interval: Duration,
    /// How long the answer to such a ping may take.
    pub keepalive_timeout: Duration,
    /// How long requests in flight may go on after the shutdown has begun. Then everything is dropped.
    pub drain: Duration,
    /// Whether HTTP/1.1 is spoken beside HTTP/2.
    pub http1: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            first_byte_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(120),
            header_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
            max_connections_per_ip: 4_000,
            max_connections: 8_000,
            max_concurrent_streams: 256,
            // The line with its URI, which the edge bounds to 8 KiB, and 16 KiB beside it.
            max_header_bytes: 24 * 1024,
            max_local_error_reset_streams: 128,
            max_pending_accept_reset_streams: 20,
            keepalive_interval: Duration::from_secs(20),
            keepalive_timeout: Duration::from_secs(10),
            drain: Duration::from_secs(10),
            http1: true,
        }
    }
}

/// How long a quiet connection may take to notice that the server goes away.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long dropped tasks get to be dropped.
const BURIAL: Duration = Duration::from_secs(1);
/// What one HTTP/2 stream and one connection may have under way towards the server.
const STREAM_WINDOW_BYTES: u32 = 256 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;
/// HTTP/1.1 reads and writes in pieces of this size at most.
const BUFFER_BYTES: usize = 64 * 1024;

/// Serves until the shutdown is complete.
///
/// Each request carries the `PeerAddr` of its connection in its extensions. When `shutdown` is cancelled, nothing new
/// is accepted, connections are told to end, and after `Limits::drain` whatever is left is dropped.
pub async fn serve<S, B>(listener: TcpListener, service: S, limits: Limits, shutdown: CancellationToken)
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let crowd = Crowd::new(limits.max_connections, limits.max_connections_per_ip);
    let tasks = TaskTracker::new();
    let kill = CancellationToken::new();
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            // The client gave up while it waited: that is between it and the network.
            Err(fault) if fault.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(fault) => {
                // Out of file descriptors, most likely: waiting a moment is all that helps.
                tracing::warn!(%fault, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Some(seat) = crowd.enter(peer.ip()) else {
            tracing::debug!(%peer, "too many connections");
            continue;
        };
        let connection =
            Connection { drain: shutdown.clone(), kill: kill.clone(), tasks: tasks.clone(), activity: Arc::default() };
        let guest = Guest { peer, limits, connection: connection.clone(), service: service.clone() };
        connection.spawn(guest.welcome(stream, seat));
    }
    drop(listener);
    tasks.close();
    if tokio::time::timeout(limits.drain, tasks.wait()).await.is_err() {
        tracing::warn!(left = tasks.len(), "the drain is over: what is left is dropped");
        kill.cancel();
        let _late = tokio::time::timeout(BURIAL, tasks.wait()).await;
    }
}

/// One connection.
struct Guest<S> {
    peer: SocketAddr,
    limits: Limits,
    connection: Connection,
    service: S,
}

impl<S, B> Guest<S>
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    async fn welcome(self, mut stream: TcpStream, seat: Seat) {
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let opening = tokio::select! {
            () = self.connection.drain.cancelled() => return,
            opening = tokio::time::timeout(self.limits.first_byte_timeout, Opening::read(&mut stream)) => opening,
        };
        let Ok(Ok(Some(opening))) = opening else { return };
        let is_http2 = opening.is_http2();
        let socket = Socket::new(stream, opening, self.connection.activity.clone(), self.limits.write_timeout, seat);
        if is_http2 {
            self.http2(TokioIo::new(socket)).await;
        } else if self.limits.http1 {
            self.http1(TokioIo::new(socket)).await;
        }
    }

    async fn http1(self, io: TokioIo<Socket>) {
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            // The time between requests counts as idle here and not as a slow head, so the timer is our own.
            .header_read_timeout(None)
            .max_header_size(self.limits.max_header_bytes as usize)
            .max_buf_size(BUFFER_BYTES.max(self.limits.max_header_bytes as usize));
        let answer = self.answering();
        let mut connection = pin!(builder.serve_connection(io, hyper::service::service_fn(answer)).with_upgrades());
        let mut watch = Watch::new(&self, true);
        loop {
            tokio::select! {
                ended = connection.as_mut() => return note(self.peer, ended),
                verdict = watch.next() => match verdict {
                    Verdict::Finish => connection.as_mut().graceful_shutdown(),
                    Verdict::Drop => return,
                },
            }
        }
    }

    async fn http2(self, io: TokioIo<Socket>) {
        let limits = &self.limits;
        let mut builder = http2::Builder::new(self.connection.clone());
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.max_concurrent_streams)
            .max_header_list_size(limits.max_header_bytes)
            .max_local_error_reset_streams(limits.max_local_error_reset_streams)
            .max_pending_accept_reset_streams(limits.max_pending_accept_reset_streams)
            .initial_stream_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .keep_alive_interval(limits.keepalive_interval)
            .keep_alive_timeout(limits.keepalive_timeout)
            .enable_connect_protocol();
        let answer = self.answering();
        let mut connection = pin!(builder.serve_connection(io, hyper::service::service_fn(answer)));
        let mut watch = Watch::new(&self, false);
        loop {
            tokio::select! {
                ended = connection.as_mut() => return note(self.peer, ended),
                verdict = watch.next() => match verdict {
                    Verdict::Finish => connection.as_mut().graceful_shutdown(),
                    Verdict::Drop => return,
                },
            }
        }
    }

    /// The service as the HTTP library wants it, with what the connection knows put into each request.
    fn answering(&self) -> impl Fn(Request<Incoming>) -> Answering<B> + use<S, B> {
        let (service, connection, peer) = (self.service.clone(), self.connection.clone(), PeerAddr(self.peer));
        move |mut request| {
            let busy = connection.busy();
            request.extensions_mut().insert(peer);
            request.extensions_mut().insert(connection.clone());
            let mut service = service.clone();
            Box::pin(async move {
                let ready = std::future::poll_fn(|context| service.poll_ready(context)).await;
                let answer = match ready {
                    Ok(()) => service.call(request).await,
                    Err(never) => match never {},
                };
                answer.map(|response| response.map(|body| Counted { inner: Box::pin(body), _busy: busy }))
            })
        }
    }
}

type Answering<B> = Pin<Box<dyn Future<Output = Result<Response<Counted<B>>, Infallible>> + Send>>;

fn note(peer: SocketAddr, ended: hyper::Result<()>) {
    if let Err(fault) = ended {
        tracing::debug!(%peer, %fault, "a connection ended with an error");
    }
}

/// Watches over the time of one connection.
struct Watch {
    connection: Connection,
    limits: Limits,
    has_heads: bool,
    finishing: Option<tokio::time::Instant>,
}

enum Verdict {
    /// No new requests.
    Finish,
    /// At once.
    Drop,
}

impl Watch {
    fn new<S>(guest: &Guest<S>, has_heads: bool) -> Watch {
        Watch { connection: guest.connection.clone(), limits: guest.limits, has_heads, finishing: None }
    }

    /// Cancelled and begun again whenever the connection moves, so it keeps what it needs in itself.
    async fn next(&mut self) -> Verdict {
        // Half the shortest time that is watched, so that nothing lives for more than one and a half times its due.
        let step = (self.limits.header_timeout.min(self.limits.idle_timeout) / 2).max(Duration::from_millis(10));
        loop {
            let Some(since) = self.finishing else {
                tokio::select! {
                    () = self.connection.drain.cancelled() => return self.finish(),
                    () = tokio::time::sleep(step) => {}
                }
                let activity = &self.connection.activity;
                if self.has_heads && activity.head_for().is_some_and(|time| time > self.limits.header_timeout) {
                    return Verdict::Drop;
                }
                if activity.idle_for().is_some_and(|time| time > self.limits.idle_timeout) {
                    return self.finish();
                }
                continue;
            };
            tokio::time::sleep_until(since + FAREWELL).await;
            if self.connection.activity.is_idle() {
                return Verdict::Drop;
            }
            self.finishing = Some(tokio::time::Instant::now());
        }
    }

    fn finish(&mut self) -> Verdict {
        self.finishing = Some(tokio::time::Instant::now());
        Verdict::Finish
    }
}

/// A body that counts as in flight until it is gone.
struct Counted<B> {
    inner: Pin<Box<B>>,
    _busy: Busy,
}

impl<B: http_body::Body> http_body::Body for Counted<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        self.inner.as_mut().poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
