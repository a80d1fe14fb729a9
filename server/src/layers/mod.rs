//! What every call passes on its way in: one file a layer, and `pass` below is the order of them. The order matters; each
//! line says why.

mod authenticate;
mod authorise;
mod body;
mod catch_panic;
mod deadline;
mod denied;
mod limit;
mod method;
mod observe;
mod request_id;

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    extract::State,
    middleware::{Next, from_fn_with_state},
};
use tonic::Status;
use tracing::Instrument as _;

pub use denied::Denials;
pub use request_id::RequestId;

use method::Found;

use crate::{
    allowance,
    api_key::ApiKeys,
    clock::Clock,
    contract::{Contract, Method},
    identity::Tokens,
    organisation::CampusNetworks,
    principal::Principal,
    problem::Problem,
    settings::RateLimits,
    store::{Count, Limiter},
};

/// What the layers need.
pub struct Shared {
    pub contract: Arc<Contract>,
    pub clock: Clock,
    pub tokens: Tokens,
    pub api_keys: ApiKeys,
    pub limiter: Arc<Limiter>,
    pub limits: RateLimits,
    pub campus: CampusNetworks,
    pub trusted_proxies: Vec<ipnet::IpNet>,
    pub denials: Denials,
}

/// A request and a response as the layers see them.
type Request = axum::extract::Request;
type Response = axum::response::Response;

/// Puts the layers around the services.
pub fn around(services: Router, shared: &Arc<Shared>) -> Router {
    services.layer(from_fn_with_state(shared.clone(), pass))
}

/// What every call passes, from the outside in.
async fn pass(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    // First, so that every line of the log and every answer carries the id.
    let id = request_id::assign(&mut request, &shared);
    let call = observe::Call::begin(&shared, &request, &id);
    let (caller, counted) = (OnceLock::new(), OnceLock::new());
    // A panic is caught within the log's span, so that it is logged under its request's id.
    let answer = catch_panic::guard(inside(&shared, request, next, &caller, &counted)).instrument(call.span()).await;
    let mut response = answer.unwrap_or_else(|problem| Status::from(problem).into_http());
    allowance::tell(counted.get().map_or(&[], std::slice::from_ref), response.headers_mut());
    call.end(&response, caller.get());
    request_id::tell(&id, response)
}

async fn inside(
    shared: &Shared,
    mut request: Request,
    next: Next,
    caller: &OnceLock<Principal>,
    counted: &OnceLock<Count>,
) -> Result<Response, Problem> {
    // Everything further in knows which RPC it is.
    let method = match method::find(&shared.contract, &mut request)? {
        Found::Method(method) => method,
        Found::StandardHealth => return Ok(next.run(request).await),
        Found::NotGrpc(response) => return Ok(response),
    };
    // Around all that may wait.
    let asked = rollcall_edge::grpc_timeout(request.headers());
    deadline::hold(&method, asked, async {
        authenticate::identify(shared, &method, &mut request, caller).await;
        let visitor = denied::Visitor::of(&request);
        let answer = admitted(shared, &method, request, next, counted).await;
        // Around all that denies: the contract here, and further in whoever knows the object.
        shared.denials.keep(visitor, &method, &answer);
        answer
    })
    .await
}

async fn admitted(
    shared: &Shared,
    method: &Arc<Method>,
    request: Request,
    next: Next,
    counted: &OnceLock<Count>,
) -> Result<Response, Problem> {
    // Counted once the caller is known: a class behind one address must not share one limit.
    if let Some(count) = limit::count(shared, method, &request).await {
        counted.get_or_init(|| count).admit()?;
    }
    authorise::decide(method, &request)?;
    // Last: a request that may not be made is not even read.
    let request = body::admit(&shared.contract, method, request).await?;
    Ok(next.run(request).await)
}
