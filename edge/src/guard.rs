//! What an upstream inside the process does not do by itself: keep to the deadline, and survive a panic.
//!
//! The guard stands in front of every upstream and speaks gRPC, so that REST, grpc-web and WebSocket calls all get
//! the same: a call that takes too long ends with DEADLINE_EXCEEDED, one that panics with INTERNAL, one that does not
//! reach its upstream with UNAVAILABLE, and one that a proxy answers with a page of its own with what gRPC makes of that.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{Service, ServiceExt as _};

use crate::headers;
use crate::upstream::Upstream;

/// An upstream that always answers, and in time.
#[derive(Clone)]
pub(crate) struct Guarded {
    upstream: Upstream,
    deadlines: Arc<HashMap<String, Duration>>,
}

/// For calls of RPCs that no descriptor names, such as health checks through the edge.
const UNKNOWN_DEADLINE: Duration = Duration::from_secs(60);

impl Guarded {
    pub(crate) fn new(upstream: Upstream, deadlines: HashMap<String, Duration>) -> Guarded {
        Guarded { upstream, deadlines: Arc::new(deadlines) }
    }
}

impl Service<Request<Body>> for Guarded {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let own = self.deadlines.get(request.uri().path()).copied().unwrap_or(UNKNOWN_DEADLINE);
        let timeout = headers::grpc_timeout(request.headers()).map_or(own, |asked| asked.min(own));
        request.headers_mut().insert("grpc-timeout", headers::grpc_timeout_value(timeout));
        let deadline = Instant::now() + timeout;
        let upstream = self.upstream.clone();
        Box::pin(async move {
            let call = AssertUnwindSafe(async move { upstream.oneshot(request).await }).catch_unwind();
            let response = match tokio::time::timeout_at(deadline, call).await {
                Ok(Ok(Ok(response))) if is_grpc(&response) => {
                    response.map(|body| Body::new(GuardedBody::new(body, deadline)))
                }
                Ok(Ok(Ok(response))) => foreign(response.status()).into_http(),
                Ok(Ok(Err(fault))) => failed(&fault).into_http(),
                Ok(Err(_)) => panicked().into_http(),
                Err(_) => too_late().into_http(),
            };
            Ok(response)
        })
    }
}

/// The cause is for the log: it names addresses. A channel keeps the deadline that it passes on as well, and may be the
/// first to notice.
fn failed(fault: &tower::BoxError) -> Status {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&**fault);
    while let Some(error) = cause {
        if error.is::<tonic::TimeoutExpired>() {
            return too_late();
        }
        cause = error.source();
    }
    tracing::warn!(%fault, "upstream call failed");
    Status::unavailable("the service cannot be reached")
}

fn is_grpc(response: &Response<Body>) -> bool {
    let media = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    response.headers().contains_key("grpc-status")
        || (response.status() == StatusCode::OK && media.starts_with(b"application/grpc"))
}

/// Something on the way to the service has answered, with a page of its own. What its status means is for gRPC to say.
fn foreign(status: StatusCode) -> Status {
    tracing::warn!(%status, "something that is no gRPC has answered");
    let code = match status.as_u16() {
        400 => Code::Internal,
        401 => Code::Unauthenticated,
        403 => Code::PermissionDenied,
        404 => Code::Unimplemented,
        429 | 502 | 503 | 504 => Code::Unavailable,
        _ => Code::Unknown,
    };
    Status::new(code, "the service did not answer; something on the way to it did")
}

fn panicked() -> Status {
    tracing::error!("upstream call panicked");
    Status::internal("internal error")
}

fn too_late() -> Status {
    Status::deadline_exceeded("the call took too long")
}

/// A response body that ends with a status when its time is over.
struct GuardedBody {
    inner: Body,
    deadline: Instant,
    /// Made when the body first has to wait: most answers never do.
    timer: Option<Pin<Box<Sleep>>>,
    ended: bool,
}

impl GuardedBody {
    fn new(inner: Body, deadline: Instant) -> GuardedBody {
        GuardedBody { inner, deadline, timer: None, ended: false }
    }

    fn end(&mut self, status: &Status) -> Frame<Bytes> {
        self.ended = true;
        self.inner = Body::empty();
        let mut trailers = HeaderMap::with_capacity(2);
        trailers.insert("grpc-status", HeaderValue::from(status.code() as i32));
        // The texts above are plain ASCII, which needs no percent-encoding.
        if let Ok(message) = HeaderValue::from_str(status.message()) {
            trailers.insert("grpc-message", message);
        }
        Frame::trailers(trailers)
    }
}

impl http_body::Body for GuardedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        if this.ended {
            return Poll::Ready(None);
        }
        // A stream that always has something to say would otherwise never be asked for the time.
        if Instant::now() >= this.deadline {
            return Poll::Ready(Some(Ok(this.end(&too_late()))));
        }
        let polled = std::panic::catch_unwind(AssertUnwindSafe(|| Pin::new(&mut this.inner).poll_frame(context)));
        match polled {
            Ok(Poll::Ready(frame)) => return Poll::Ready(frame),
            Ok(Poll::Pending) => {}
            Err(_) => return Poll::Ready(Some(Ok(this.end(&panicked())))),
        }
        let deadline = this.deadline;
        let timer = this.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        match timer.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Some(Ok(this.end(&too_late())))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
