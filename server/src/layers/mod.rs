//! What every call passes on its way in, from the outside to the inside. The order matters; each line says why.

mod authenticate;
mod authorise;
mod body;
mod catch_panic;
mod deadline;
mod limit;
mod method;
mod observe;
mod request_id;

use std::sync::Arc;

use axum::{Router, middleware::from_fn_with_state};
use tonic::Status;

pub use request_id::RequestId;

use crate::{
    clock::Clock, contract::Contract, identity::Tokens, problem::Problem, settings::RateLimits, store::Limiter,
};

/// What the layers need.
pub struct Shared {
    pub contract: Contract,
    pub clock: Clock,
    pub tokens: Tokens,
    pub limiter: Arc<Limiter>,
    pub limits: RateLimits,
    pub trusted_proxies: Vec<ipnet::IpNet>,
}

/// A request and a response as the layers see them.
type Request = axum::extract::Request;
type Response = axum::response::Response;

/// Wraps the services. The layer that is added last is the first that a call meets, so this list reads from the inside out.
pub fn around(services: Router, shared: &Arc<Shared>) -> Router {
    services
        // Innermost: a request that may not be made is not even read.
        .layer(from_fn_with_state(shared.clone(), body::layer))
        .layer(axum::middleware::from_fn(authorise::layer))
        // Counted once the caller is known: a class behind one address must not share one limit.
        .layer(from_fn_with_state(shared.clone(), limit::layer))
        .layer(from_fn_with_state(shared.clone(), authenticate::layer))
        // Around all that may wait.
        .layer(axum::middleware::from_fn(deadline::layer))
        // Everything further in knows which RPC it is.
        .layer(from_fn_with_state(shared.clone(), method::layer))
        // Within the log's span, so that a panic is logged under its request's id.
        .layer(axum::middleware::from_fn(catch_panic::layer))
        .layer(from_fn_with_state(shared.clone(), observe::layer))
        // Outermost: every line of the log and every answer carries the id.
        .layer(from_fn_with_state(shared.clone(), request_id::layer))
}

fn refuse(problem: Problem) -> Response {
    Status::from(problem).into_http()
}
