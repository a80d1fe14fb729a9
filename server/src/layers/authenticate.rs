//! Finds out who is calling. It refuses nobody: what follows counts the call first, and then decides.

use std::sync::Arc;

use axum::{extract::State, middleware::Next};
use http::header::AUTHORIZATION;

use super::{Request, Response, Shared, observe::Caller};
use crate::{
    contract::Method,
    problem::{ErrorReason, Problem},
};

/// Why nobody is signed in.
#[derive(Clone, Debug)]
pub struct Stranger(pub Problem);

pub async fn layer(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    // RPCs for anyone do not look at the token: a phone whose token has just expired must still be able to refresh it.
    if request.extensions().get::<Arc<Method>>().is_some_and(|method| !method.is_public()) {
        match token(&request).and_then(|token| shared.tokens.verify(token, shared.clock.now())) {
            Ok(principal) => {
                tracing::Span::current().record("user_id", tracing::field::display(principal.user_id));
                let caller = Caller(principal.user_id);
                request.extensions_mut().insert(principal);
                let mut response = next.run(request).await;
                response.extensions_mut().insert(caller);
                return response;
            }
            Err(problem) => {
                request.extensions_mut().insert(Stranger(problem));
            }
        }
    }
    next.run(request).await
}

fn token(request: &Request) -> Result<&str, Problem> {
    let missing = || Problem::new(ErrorReason::TokenMissing, "Sign in and send the access token as a bearer token.");
    let header = request.headers().get(AUTHORIZATION).ok_or_else(missing)?;
    let (scheme, token) = header.to_str().ok().and_then(|header| header.split_once(' ')).ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(missing()) }
}
