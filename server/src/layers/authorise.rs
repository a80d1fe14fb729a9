//! Refuses whom the contract does not let call. What a caller may see beyond that is decided where the object is known.

use std::sync::Arc;

use axum::middleware::Next;

use super::{Request, Response, authenticate::Stranger, refuse};
use crate::{
    contract::Method,
    principal::Principal,
    problem::{ErrorReason, Problem},
};

pub async fn layer(request: Request, next: Next) -> Response {
    if let Some(method) = request.extensions().get::<Arc<Method>>()
        && let Err(problem) = decide(method, request.extensions().get(), request.extensions().get())
    {
        return refuse(problem);
    }
    next.run(request).await
}

fn decide(method: &Method, principal: Option<&Principal>, stranger: Option<&Stranger>) -> Result<(), Problem> {
    if method.is_public() {
        return Ok(());
    }
    let Some(principal) = principal else {
        return Err(stranger.map_or_else(
            || Problem::internal("a call reached authorisation without authentication"),
            |stranger| stranger.0.clone(),
        ));
    };
    if method.allows(principal.role) {
        return Ok(());
    }
    let allowed: Vec<_> = method.callers.iter().map(|caller| caller.as_str_name().to_ascii_lowercase()).collect();
    Err(Problem::new(ErrorReason::RoleNotAllowed, "Your role may not do this.").with("allowed", allowed.join(",")))
}
