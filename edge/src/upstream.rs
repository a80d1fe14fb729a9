//! Where calls go: services in this process or a pool of connections to others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};
use thiserror::Error;
use tonic::body::Body;
use tonic::transport::{Channel, Endpoint};
use tower::util::BoxCloneSyncService;
use tower::{BoxError, Service, ServiceExt};

/// Anything that answers gRPC requests.
pub type Upstream = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

/// An upstream in the same process: no socket, no HTTP/2 framing.
pub fn in_process<S, B>(service: S) -> Upstream
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError> + 'static,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    BoxCloneSyncService::new(
        service.map_response(|response: Response<B>| response.map(Body::new)).map_err(Into::<BoxError>::into),
    )
}

/// Why an upstream cannot be named like this.
#[derive(Debug, Error)]
pub enum AddressError {
    /// The scheme or the host is missing.
    #[error("{0:?} must be an address such as http://host:port")]
    Incomplete(String),
    /// The transport does not take it.
    #[error(transparent)]
    Transport(#[from] tonic::transport::Error),
}

/// A pool of connections to another process, used in turn. Each connects when it is first needed and again whenever it
/// was lost. One HTTP/2 connection is served by one task, so a few of them spread the load. Must be called inside a
/// Tokio runtime.
pub fn connect(uri: Uri, connections: usize) -> Result<Upstream, AddressError> {
    // Found now and not at the first call.
    if uri.scheme().is_none() || uri.authority().is_none() {
        return Err(AddressError::Incomplete(uri.to_string()));
    }
    let endpoint = Endpoint::from_shared(uri.to_string())?
        .connect_timeout(Duration::from_secs(3))
        .tcp_nodelay(true)
        .http2_keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10))
        .keep_alive_while_idle(true);
    let channels: Arc<[Channel]> = (0..connections.max(1)).map(|_| endpoint.connect_lazy()).collect();
    let turn = Arc::new(AtomicUsize::new(0));
    Ok(BoxCloneSyncService::new(tower::service_fn(move |request: Request<Body>| {
        let place = turn.fetch_add(1, Ordering::Relaxed) % channels.len();
        let channel = channels[place].clone();
        async move { channel.oneshot(request).await.map_err(BoxError::from) }
    })))
}
