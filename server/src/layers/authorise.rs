//! Refuses whom the contract does not let call. What a caller may see beyond that is decided where the object is known.

use super::{Request, authenticate::Stranger};
use crate::{
    contract::Method,
    principal::Principal,
    problem::{ErrorReason, Problem},
};

pub fn decide(method: &Method, request: &Request) -> Result<(), Problem> {
    if method.is_public() {
        return Ok(());
    }
    let Some(principal) = request.extensions().get::<Principal>() else {
        return Err(request.extensions().get::<Stranger>().map_or_else(
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
