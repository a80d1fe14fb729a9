//! Finds the RPC in the contract. What the contract does not name does not exist.

use std::sync::Arc;

use axum::{extract::State, middleware::Next};

use super::{Request, Response, Shared, refuse};
use crate::problem::{ErrorReason, Problem};

/// The standard health service is served beside the contract, to anyone.
pub const HEALTH: &str = "/grpc.health.v1.Health/";

pub async fn layer(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    match shared.contract.method(path) {
        Some(method) => {
            let method = method.clone();
            request.extensions_mut().insert(method);
        }
        None if path.starts_with(HEALTH) => {}
        None => return refuse(Problem::new(ErrorReason::Unimplemented, "There is no such RPC.")),
    }
    next.run(request).await
}
