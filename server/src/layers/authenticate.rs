//! Finds out who is calling. It refuses nobody: what follows counts the call first, and then decides.

use std::sync::OnceLock;

use http::header::AUTHORIZATION;

use super::{Request, Shared, observe};
use crate::{
    api_key,
    contract::Method,
    principal::Principal,
    problem::{ErrorReason, Problem},
};

pub async fn identify(shared: &Shared, method: &Method, request: &mut Request, caller: &OnceLock<Principal>) {
    // RPCs for anyone do not look at the token: a phone whose token has just expired must still be able to refresh it.
    if method.is_public() {
        return;
    }
    let token = token(request).map(str::to_owned);
    let now = shared.clock.now();
    let found = match token {
        Ok(token) if token.starts_with(api_key::PREFIX) => shared.api_keys.verify(&token, now).await,
        Ok(token) => shared.tokens.verify(&token, now),
        Err(problem) => Err(problem.into()),
    };
    match found {
        Ok(principal) => {
            _ = caller.set(principal.clone());
            observe::name_caller(&principal);
            request.extensions_mut().insert(principal);
        }
        Err(stranger) => _ = request.extensions_mut().insert(stranger),
    }
}

fn token(request: &Request) -> Result<&str, Problem> {
    let missing = || Problem::new(ErrorReason::TokenMissing, "Send an access token or an API key as a bearer token.");
    let header = request.headers().get(AUTHORIZATION).ok_or_else(missing)?;
    let (scheme, token) = header.to_str().ok().and_then(|header| header.split_once(' ')).ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(missing()) }
}
