//! Refuses whom the contract does not let call. What a caller may see beyond that is decided where the object is known.

use super::Request;
use crate::{
    contract::Method,
    principal::{Credential, Principal, Stranger},
    problem::{ErrorReason, Problem},
};

pub fn decide(method: &Method, request: &Request) -> Result<(), Problem> {
    if method.is_public() {
        return Ok(());
    }
    let Some(principal) = request.extensions().get::<Principal>() else {
        return Err(request.extensions().get::<Stranger>().map_or_else(
            || Problem::internal("a call reached authorisation without authentication"),
            |stranger| Problem::clone(&stranger.problem),
        ));
    };
    if method.allows(principal) {
        return Ok(());
    }
    let allowed: Vec<_> = method.callers.iter().map(|caller| caller.as_str_name().to_ascii_lowercase()).collect();
    let refusal = match (&principal.credential, method.scope) {
        (Credential::Token(_), _) => Problem::new(ErrorReason::RoleNotAllowed, "Your role may not do this."),
        (Credential::Key(_), None) => {
            Problem::new(ErrorReason::RoleNotAllowed, "No API key may do this: it is for people who sign in.")
        }
        (Credential::Key(_), Some(scope)) => {
            let words = format!("The API key was not made for this. Make one with the scope {}.", scope.as_str_name());
            Problem::new(ErrorReason::ScopeMissing, words).with("scope", scope.as_str_name())
        }
    };
    Err(refusal.with("allowed", allowed.join(",")))
}
