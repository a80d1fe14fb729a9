//! How long a stream may go on: no longer than its caller's token, than the contract allows, or than the server lives.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Status};

use crate::{
    clock::Clock,
    contract::Method,
    identity::Revocations,
    principal::Principal,
    problem::{ErrorReason, Problem},
};

/// What streams share: they outlive the layers that let their call in.
#[derive(Clone)]
pub struct Leases {
    pub clock: Clock,
    pub revocations: Revocations,
    pub stop: CancellationToken,
}

/// One stream's permission to go on.
pub struct Lease {
    leases: Leases,
    principal: Principal,
    until: DateTime<Utc>,
}

impl Leases {
    pub fn grant<T>(&self, request: &Request<T>) -> Result<Lease, Status> {
        let principal = Principal::of(request)?;
        let longest = request
            .extensions()
            .get::<Arc<Method>>()
            .map_or(TimeDelta::hours(1), |method| TimeDelta::from_std(method.deadline).unwrap_or(TimeDelta::hours(1)));
        Ok(Lease { leases: self.clone(), principal, until: self.clock.now() + longest })
    }
}

impl Lease {
    /// Whether the stream may go on. To be asked often: a revocation counts from the moment it is known.
    pub fn check(&self) -> Result<(), Problem> {
        let now = self.leases.clock.now();
        if self.leases.stop.is_cancelled() {
            return Err(Problem::new(ErrorReason::ShuttingDown, "The server is going down. Connect again."));
        }
        if self.principal.expires_at <= now {
            return Err(Problem::new(
                ErrorReason::TokenExpired,
                "The access token has expired. Refresh it and connect again.",
            ));
        }
        if self.until <= now {
            return Err(Problem::new(
                ErrorReason::DeadlineExceeded,
                "The stream has lived as long as it may. Connect again.",
            ));
        }
        self.leases.revocations.check(&self.principal)
    }

    /// Ends when the server goes down.
    pub async fn stopped(&self) {
        self.leases.stop.cancelled().await;
    }
}
