//! The edge itself: one service that tells protocols apart and hands each request to the part that speaks it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderValue, Method, Request, Response, StatusCode, Version, header};
use http_body::Body as _;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use prost_reflect::DescriptorPool;
use tonic::Code;
use tower::{BoxError, Layer as _, Service};
use tower_http::cors::Cors;

use crate::binding::{self, Binding, Compiled};
use crate::budget::Budget;
use crate::call::Caller;
use crate::compress::{self, Accepted};
use crate::fault::Fault;
use crate::guard::Guarded;
use crate::options::Options;
use crate::pages::{Pages, Resource};
use crate::plan::Plan;
use crate::route::{Found, Router};
use crate::status::{Problem, reason};
use crate::upstream::Upstream;
use crate::{grpc_web, headers, openapi, origin, rest, ws};

/// The body of every request and answer inside the edge.
pub type Body = UnsyncBoxBody<Bytes, BoxError>;

/// The longest path with query that is looked at. Below the bound on all headers, so that it is this one that is met.
const MAX_URI_BYTES: usize = 8 * 1024;

pub(crate) fn full(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// A service that turns JSON over HTTP, grpc-web and WebSockets into gRPC, by the descriptors that it was given.
///
/// Cheap to clone. Wants to be called with the `PeerAddr` of the connection in the extensions of each request, which
/// `listen::serve` puts there.
#[derive(Clone)]
pub struct Edge {
    core: Arc<Core>,
    cors: Cors<Handler>,
}

/// Everything that was compiled at start.
pub(crate) struct Core {
    pub(crate) plan: Plan,
    pub(crate) bindings: Vec<Binding>,
    pub(crate) caller: Caller,
    pub(crate) options: Options,
    pub(crate) budget: Budget,
    router: Router,
    pages: Pages,
}

impl Core {
    /// What documentation there is at a path.
    fn page(&self, path: &str) -> Option<&Resource> {
        let about = self.options.documentation.as_ref()?;
        self.pages
            .at(path, &about.title, || openapi::document(&(about.descriptors)(), &self.plan, &self.bindings, about))
    }
}

/// A route of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route<'e> {
    /// The full name of the RPC, such as `library.v1.Shelves.GetShelf`.
    pub method: &'e str,
    /// The HTTP method, `*` for every one.
    pub http_method: &'e str,
    /// The path template, as the rule has it.
    pub template: &'e str,
    /// Whether the answer is a stream.
    pub server_streaming: bool,
}

impl Edge {
    /// Compiles the descriptors. When rules or origins are faulty, all faults are returned.
    pub fn new(pool: &DescriptorPool, upstream: Upstream, options: Options) -> Result<Edge, Vec<Fault>> {
        let plan = Plan::new(pool);
        let mut faults = origin::faults(&options);
        let compiled = binding::compile(pool, &plan, &options);
        let Compiled { bindings, router, deadlines } = match compiled {
            Ok(compiled) if faults.is_empty() => compiled,
            Ok(_) => return Err(faults),
            Err(more) => {
                faults.extend(more);
                return Err(faults);
            }
        };
        let upstream = Guarded::new(upstream, deadlines.into_iter().collect::<HashMap<_, _>>());
        let caller = Caller { upstream, max_response_bytes: options.max_response_bytes };
        let cors = origin::cors(&options);
        let budget = Budget::new(options.max_buffered_bytes);
        let core = Arc::new(Core { plan, bindings, caller, options, budget, router, pages: Pages::default() });
        let cors = cors.layer(Handler { core: core.clone() });
        Ok(Edge { core, cors })
    }

    /// All routes, in the order of the descriptors.
    pub fn routes(&self) -> impl Iterator<Item = Route<'_>> {
        self.core.bindings.iter().map(|binding| Route {
            method: &binding.full_name,
            http_method: &binding.http_method,
            template: &binding.template,
            server_streaming: binding.server_streaming,
        })
    }
}

type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

impl<B> Service<Request<B>> for Edge
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Answering {
        let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
        // Every OPTIONS is a preflight for the CORS layer, so those that are none go around it.
        let is_preflight = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if request.method() == Method::OPTIONS && !is_preflight {
            return Handler { core: self.core.clone() }.call(request);
        }
        Box::pin(self.cors.call(request))
    }
}

/// The part of the edge inside the CORS layer.
#[derive(Clone)]
struct Handler {
    core: Arc<Core>,
}

impl Service<Request<Body>> for Handler {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Answering {
        let core = self.core.clone();
        Box::pin(async move {
            let instance = request.uri().path().to_owned();
            let (accepted, is_head) = (Accepted::of(request.headers()), request.method() == Method::HEAD);
            let has_one_call_at_a_time = request.version() < Version::HTTP_2;
            // One id from here on: the services log under it, and what is refused here carries it too.
            let request_id = headers::request_id(request.headers()).cloned().unwrap_or_else(headers::new_request_id);
            request.headers_mut().insert("x-request-id", request_id.clone());
            let answer = async {
                let response =
                    dispatch(core, accepted, request).await.unwrap_or_else(|problem| problem.into_response(&instance));
                compress::answer(accepted, response).await
            };
            let mut response = match AssertUnwindSafe(answer).catch_unwind().await {
                Ok(Ok(response)) => response,
                Ok(Err(problem)) => problem.into_response(&instance),
                Err(_) => {
                    // Not the path: it may end with a secret. The services log the RPC under the same id.
                    tracing::error!(?request_id, "the edge panicked");
                    Problem::internal("internal error").into_response(&instance)
                }
            };
            if is_head {
                without_body(&mut response);
            }
            // The rest of the body is still on its way and is not waited for, so this connection is of no further use. A
            // client that is not told would send its next request into it.
            if response.status() == StatusCode::PAYLOAD_TOO_LARGE && has_one_call_at_a_time {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            response.headers_mut().entry("x-request-id").or_insert(request_id);
            if response.status() != StatusCode::SWITCHING_PROTOCOLS {
                headers::secure(response.headers_mut());
            }
            Ok(response)
        })
    }
}

/// The answer to HEAD: what GET would say of its body, and not the body.
fn without_body(response: &mut Response<Body>) {
    let body = std::mem::take(response.body_mut());
    if let Some(length) = body.size_hint().exact() {
        response.headers_mut().entry(header::CONTENT_LENGTH).or_insert(HeaderValue::from(length));
    }
}

async fn dispatch(
    core: Arc<Core>,
    accepted: Accepted,
    mut request: Request<Body>,
) -> Result<Response<Body>, Box<Problem>> {
    let length = request.uri().path_and_query().map_or(0, |path| path.as_str().len());
    if length > MAX_URI_BYTES {
        let detail = format!("the path and query are longer than {MAX_URI_BYTES} bytes");
        return Err(Problem::new(StatusCode::URI_TOO_LONG, Code::InvalidArgument, reason::URI_TOO_LONG, detail));
    }
    if let Some(name) = headers::repeated(request.headers()) {
        let detail = format!("{name} is given more than once");
        return Err(Problem::new(StatusCode::BAD_REQUEST, Code::InvalidArgument, reason::HEADER_REPEATED, detail));
    }
    // Asks the server as a whole whether it is there, and no route what it can.
    if request.method() == Method::OPTIONS && request.uri().path() == "*" {
        let mut response = Response::new(Body::default());
        *response.status_mut() = StatusCode::NO_CONTENT;
        return Ok(response);
    }
    if let Some(protocol) = grpc_web::Protocol::of(request.headers()) {
        return grpc_web::serve(&core, protocol, request).await;
    }
    if let Some(page) = core.page(request.uri().path()) {
        return match *request.method() {
            Method::GET | Method::HEAD => Ok(page.answer(request.headers())),
            _ => wrong_method(request.method(), &[Method::GET, Method::HEAD, Method::OPTIONS]),
        };
    }
    // A WebSocket over HTTP/2 is a CONNECT with a protocol; its route is the GET that it would be over HTTP/1.
    let upgrade = ws::Upgrade::of(&mut request);
    let method = if upgrade.is_some() { Method::GET } else { request.method().clone() };
    if method == Method::CONNECT {
        // Asks for a tunnel, which is the one thing that is nowhere to be had.
        return wrong_method(&method, &[]);
    }
    let path = request.uri().path().to_owned();
    let (binding, segments) = match core.router.find(&method, &path) {
        Found::Binding(id, segments) => (id, segments),
        Found::WrongMethod(allowed) => return wrong_method(&method, &allowed),
        Found::Nothing => {
            let detail = "no route has this path";
            return Err(Problem::new(StatusCode::NOT_FOUND, Code::NotFound, reason::ROUTE_NOT_FOUND, detail));
        }
    };
    match upgrade {
        Some(upgrade) if core.bindings[binding].server_streaming => {
            ws::serve(&core, binding, &segments, upgrade, request).await
        }
        Some(_) if request.method() == Method::CONNECT => {
            let detail = "this route is not a stream, so it has no WebSocket";
            Err(Problem::new(StatusCode::BAD_REQUEST, Code::InvalidArgument, reason::UPGRADE_INVALID, detail))
        }
        _ => rest::serve(&core, binding, &segments, accepted, request).await,
    }
}

fn wrong_method(method: &Method, allowed: &[Method]) -> Result<Response<Body>, Box<Problem>> {
    let names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
    let allow = HeaderValue::try_from(names.join(", ")).map_err(|_| Problem::internal("internal error"))?;
    if method == Method::OPTIONS {
        let mut response = Response::new(Body::default());
        *response.status_mut() = StatusCode::NO_CONTENT;
        response.headers_mut().insert(header::ALLOW, allow);
        return Ok(response);
    }
    let detail = format!("this path does not have {method}");
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, Code::Unimplemented, reason::METHOD_NOT_ALLOWED, detail);
    Err(problem.header(header::ALLOW, allow))
}
