//! Gives every call an id, the caller's own where it is one that a log can hold, and says it in the answer.

use std::net::IpAddr;

use http::HeaderValue;
use rollcall_edge::{ClientAddr, PeerAddr, client_address};
use uuid::Uuid;

use super::{Request, Response, Shared};

const HEADER: &str = "x-request-id";

/// What names a call in logs, audit rows and answers.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

pub fn assign(request: &mut Request, shared: &Shared) -> RequestId {
    let id = rollcall_edge::request_id(request.headers())
        .and_then(|value| value.to_str().ok())
        .map_or_else(|| Uuid::now_v7().to_string(), str::to_owned);
    if let Some(address) = address(request, shared) {
        request.extensions_mut().insert(ClientAddr(address));
    }
    let id = RequestId(id);
    request.extensions_mut().insert(id.clone());
    id
}

pub fn tell(id: &RequestId, mut response: Response) -> Response {
    if let Ok(value) = HeaderValue::from_str(&id.0) {
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
