//! Finds the RPC in the contract. What the contract does not name does not exist.

use std::sync::Arc;

use axum::response::IntoResponse as _;
use http::{StatusCode, header::CONTENT_TYPE};

use super::{Request, Response};
use crate::{
    contract::{Contract, Method},
    problem::{ErrorReason, Problem},
};

/// The standard health service is served beside the contract, to anyone.
pub const HEALTH: &str = "/grpc.health.v1.Health/";

/// What a path leads to.
pub enum Found {
    Method(Arc<Method>),
    StandardHealth,
    /// The answer to a client of another protocol.
    NotGrpc(Response),
}

pub fn find(contract: &Contract, request: &mut Request) -> Result<Found, Problem> {
    let is_grpc =
        request.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"));
    if !is_grpc {
        // As the gRPC protocol has it: such a client could not read a gRPC status.
        return Ok(Found::NotGrpc(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response()));
    }
    let path = request.uri().path();
    match contract.method(path) {
        Some(method) => {
            let method = method.clone();
            // For handlers of streams, which keep its deadline themselves.
            request.extensions_mut().insert(method.clone());
            Ok(Found::Method(method))
        }
        None if path.starts_with(HEALTH) => Ok(Found::StandardHealth),
        None => Err(Problem::new(ErrorReason::Unimplemented, "There is no such RPC.")),
    }
}
