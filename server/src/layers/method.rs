//! Finds the RPC in the contract. What the contract does not name does not exist.

use std::sync::Arc;

use axum::{extract::State, middleware::Next, response::IntoResponse as _};
use http::{StatusCode, header::CONTENT_TYPE};

use super::{Request, Response, Shared, refuse};
use crate::problem::{ErrorReason, Problem};

/// The standard health service is served beside the contract, to anyone.
pub const HEALTH: &str = "/grpc.health.v1.Health/";

pub async fn layer(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let is_grpc =
        request.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"));
    if !is_grpc {
        // As the gRPC protocol has it: so that clients of other protocols are not confused by an answer they cannot read.
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
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
