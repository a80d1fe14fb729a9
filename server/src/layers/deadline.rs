//! Gives every call an end: the caller's `grpc-timeout` or the contract's deadline, whichever is sooner. Of a stream this
//! bounds its beginning here and its life in its own handler.

use std::sync::Arc;

use axum::middleware::Next;

use super::{Request, Response, refuse};
use crate::{
    contract::Method,
    problem::{ErrorReason, Problem},
};

pub async fn layer(request: Request, next: Next) -> Response {
    let Some(method) = request.extensions().get::<Arc<Method>>() else { return next.run(request).await };
    let asked = rollcall_edge::grpc_timeout(request.headers());
    let deadline = asked.map_or(method.deadline, |asked| asked.min(method.deadline));
    match tokio::time::timeout(deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_) => refuse(Problem::new(
            ErrorReason::DeadlineExceeded,
            "The call took longer than its deadline. It may have happened: repeat it with the same id.",
        )),
    }
}
