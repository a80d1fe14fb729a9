//! Where a call comes from, for limits, evidence and the audit.

use std::net::IpAddr;

use rollcall_edge::ClientAddr;
use serde::{Deserialize, Serialize};
use tonic::Request;

use crate::layers::RequestId;

/// The address, and the id under which the log knows the call.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Origin {
    pub address: Option<IpAddr>,
    pub request_id: Option<String>,
}

impl Origin {
    pub fn of<T>(request: &Request<T>) -> Self {
        Self::read(request.extensions())
    }

    /// What the layers have found out.
    pub fn read(extensions: &http::Extensions) -> Self {
        Self {
            address: extensions.get::<ClientAddr>().map(|ClientAddr(address)| *address),
            request_id: extensions.get::<RequestId>().map(|id| id.0.clone()),
        }
    }
}
