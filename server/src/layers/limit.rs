//! Counts calls: those of a signed-in user and those of an API key by the hour, also where the token or the key is of no use any
//! more; those without one by their address and the minute. Health is never counted. Whoever is counted is told what is left.

use std::time::Duration;

use rollcall_edge::ClientAddr;

use super::{Request, Shared};
use crate::{
    contract::Method,
    principal::{Credential, Principal, Stranger},
    store::{Count, Limit, address_key},
};

/// The request is only looked at before anything is waited for: its body cannot be shared between threads.
pub fn count<'s>(
    shared: &'s Shared,
    method: &Method,
    request: &Request,
) -> impl Future<Output = Option<Count>> + use<'s> {
    let counted = counted(shared, method, request);
    async move {
        let (limit, key) = counted?;
        Some(shared.limiter.count(limit, &key).await)
    }
}

/// A login has limits of its own, which know the account; a refresh costs nothing before its token proves genuine. A class
/// behind one address makes hundreds of both within a minute. Each is named, so that another RPC of the service, which may
/// send mail or try out a secret, is counted.
const COUNTED_ELSEWHERE: [&str; 2] = ["AuthService/Login", "AuthService/RefreshToken"];

fn counted(shared: &Shared, method: &Method, request: &Request) -> Option<(Limit, String)> {
    let extensions = request.extensions();
    if let Some(principal) = extensions.get::<Principal>() {
        return of_bearer(shared, principal, None);
    }
    // A token of ours that has expired or was revoked comes from somebody known: a class that wakes its phones after a break
    // must be told to refresh, and not that its address calls too often. Whoever holds nothing better uses up nothing of what
    // its owner has.
    if let Some(principal) = extensions.get::<Stranger>().and_then(|stranger| stranger.formerly.as_deref()) {
        return of_bearer(shared, principal, Some("stale"));
    }
    if method.label.starts_with("HealthService/") || COUNTED_ELSEWHERE.contains(&method.label.as_str()) {
        return None;
    }
    let ClientAddr(address) = extensions.get()?;
    let calls = shared.campus.scale(shared.limits.anonymous_per_minute, *address);
    let limit = Limit::new("address", calls, Duration::from_secs(60))?;
    Some((limit, address_key(*address)))
}

fn of_bearer(shared: &Shared, principal: &Principal, name: Option<&'static str>) -> Option<(Limit, String)> {
    let (usual, calls) = match principal.credential {
        Credential::Token(_) => ("user", shared.limits.user_per_hour),
        Credential::Key(_) => ("key", shared.limits.key_per_hour),
    };
    let limit = Limit::new(name.unwrap_or(usual), calls, Duration::from_secs(3600))?;
    Some((limit, format!("{}:{}", principal.college_id, principal.id)))
}
