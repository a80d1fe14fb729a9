//! Who is calling, in what role, in which college. The authentication layer makes it from the access token; a handler takes
//! it from the request and has no other way to learn a college.

use chrono::{DateTime, Utc};
use tonic::{Request, Status};
use uuid::Uuid;

pub use crate::entity::user::Role;
use crate::problem::{ErrorReason, Problem};

/// A signed-in caller.
#[derive(Clone, Debug)]
pub struct Principal {
    pub college_id: Uuid,
    pub user_id: Uuid,
    pub role: Role,
    /// The sign-in that the token came from, where it came from one.
    pub family_id: Option<Uuid>,
    pub token_id: Uuid,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl Principal {
    /// The caller of a request. Missing only where the contract lets anyone call.
    pub fn of<T>(request: &Request<T>) -> Result<Self, Status> {
        request
            .extensions()
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Problem::new(ErrorReason::TokenMissing, "Sign in first.").into())
    }
}
