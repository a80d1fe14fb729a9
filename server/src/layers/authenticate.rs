//! Finds out who is calling. It refuses nobody: what follows counts the call first, and then decides.

use std::sync::OnceLock;

use http::header::AUTHORIZATION;
use uuid::Uuid;

use super::{Request, Shared};
use crate::{
    contract::Method,
    problem::{ErrorReason, Problem},
};

/// Why nobody is signed in.
#[derive(Clone, Debug)]
pub struct Stranger(pub Problem);

pub fn identify(shared: &Shared, method: &Method, request: &mut Request, caller: &OnceLock<Uuid>) {
    // RPCs for anyone do not look at the token: a phone whose token has just expired must still be able to refresh it.
    if method.is_public() {
        return;
    }
    match token(request).and_then(|token| shared.tokens.verify(token, shared.clock.now())) {
        Ok(principal) => {
            tracing::Span::current().record("user_id", tracing::field::display(principal.user_id));
            _ = caller.set(principal.user_id);
            request.extensions_mut().insert(principal);
        }
        Err(problem) => _ = request.extensions_mut().insert(Stranger(problem)),
    }
}

fn token(request: &Request) -> Result<&str, Problem> {
    let missing = || Problem::new(ErrorReason::TokenMissing, "Sign in and send the access token as a bearer token.");
    let header = request.headers().get(AUTHORIZATION).ok_or_else(missing)?;
    let (scheme, token) = header.to_str().ok().and_then(|header| header.split_once(' ')).ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(missing()) }
}
