//! Gives every call an id, the caller's own where it is one that a log can hold, and says it in the answer.

use std::{net::IpAddr, sync::Arc};

use axum::{extract::State, middleware::Next};
use http::HeaderValue;
use rollcall_edge::{ClientAddr, PeerAddr, client_address};
use uuid::Uuid;

use super::{Request, Response, Shared};

pub const HEADER: &str = "x-request-id";

/// What names a call in logs, audit rows and answers.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

pub async fn layer(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let id = rollcall_edge::request_id(request.headers())
        .and_then(|value| value.to_str().ok())
        .map_or_else(|| Uuid::now_v7().to_string(), str::to_owned);
    if let Some(address) = address(&request, &shared) {
        request.extensions_mut().insert(ClientAddr(address));
    }
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

/// Where the call comes from: as an edge in this process says, or the peer, or what a trusted proxy says of it.
fn address(request: &Request, shared: &Shared) -> Option<IpAddr> {
    if let Some(ClientAddr(address)) = request.extensions().get() {
        return Some(*address);
    }
    let PeerAddr(peer) = request.extensions().get()?;
    Some(client_address(peer.ip(), request.headers(), &shared.trusted_proxies))
}
