//! Counts calls: those of a signed-in user by the hour, those without a token by their address and the minute. Health is
//! never counted, and a login has limits of its own, which know the account.

use std::{sync::Arc, time::Duration};

use axum::{extract::State, middleware::Next};
use rollcall_edge::ClientAddr;

use super::{Request, Response, Shared, refuse};
use crate::{
    contract::Method,
    principal::Principal,
    store::{Limit, address_key, exceeded},
};

pub async fn layer(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let Some((limit, key)) = counted(&request, &shared) else { return next.run(request).await };
    match shared.limiter.check(limit, &key).await {
        Ok(()) => next.run(request).await,
        Err(wait) => refuse(exceeded(limit, wait)),
    }
}

fn counted(request: &Request, shared: &Shared) -> Option<(Limit, String)> {
    if let Some(principal) = request.extensions().get::<Principal>() {
        let limit = Limit::new("user", shared.limits.user_per_hour, Duration::from_secs(3600))?;
        return Some((limit, format!("{}:{}", principal.college_id, principal.user_id)));
    }
    let method = request.extensions().get::<Arc<Method>>()?;
    if method.label.starts_with("HealthService/") || method.label == "AuthService/Login" {
        return None;
    }
    let limit = Limit::new("address", shared.limits.anonymous_per_minute, Duration::from_secs(60))?;
    let ClientAddr(address) = request.extensions().get()?;
    Some((limit, address_key(*address)))
}
