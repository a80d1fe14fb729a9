//! Who is calling, with which rights, in which college. The authentication layer makes it from the access token or the API
//! key; a handler takes it from the request and has no other way to learn a college.

use chrono::{DateTime, Utc};
use rollcall_proto::v1::access::Scope;
use tonic::{Request, Status};
use uuid::Uuid;

pub use crate::entity::user::Role;
use crate::problem::{ErrorReason, Problem};

/// A caller who has said who they are.
#[derive(Clone, Debug)]
pub struct Principal {
    pub college_id: Uuid,
    /// The user, or the API key.
    pub id: Uuid,
    pub credential: Credential,
    pub expires_at: DateTime<Utc>,
}

/// What the caller showed.
#[derive(Clone, Debug)]
pub enum Credential {
    /// An access token: somebody is signed in.
    Token(Token),
    /// An API key, and what it was made for.
    Key(Vec<Scope>),
}

/// What an access token says beside whose it is.
#[derive(Clone, Debug)]
pub struct Token {
    pub id: Uuid,
    pub role: Role,
    /// The sign-in that the token came from, where it came from one.
    pub family_id: Option<Uuid>,
    pub issued_at: DateTime<Utc>,
}

/// Nobody who may call, and why.
#[derive(Clone, Debug)]
pub struct Stranger {
    pub problem: Box<Problem>,
    /// Whom the credential spoke for before it expired or was revoked: calls are counted by it, and nothing else is.
    pub formerly: Option<Box<Principal>>,
}

impl Stranger {
    pub fn formerly(principal: Principal, problem: Problem) -> Self {
        Self { problem: Box::new(problem), formerly: Some(Box::new(principal)) }
    }
}

impl From<Problem> for Stranger {
    fn from(problem: Problem) -> Self {
        Self { problem: Box::new(problem), formerly: None }
    }
}

/// How much of what happens in the college the caller may see. What somebody may do beside that, the contract says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All of it.
    College,
    /// What this teacher teaches.
    Teacher(Uuid),
    /// What this student attends.
    Student(Uuid),
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

    /// The access token of somebody who is signed in; an API key is nobody.
    pub const fn token(&self) -> Option<&Token> {
        match &self.credential {
            Credential::Token(token) => Some(token),
            Credential::Key(_) => None,
        }
    }

    pub const fn reach(&self) -> Reach {
        match self.token() {
            Some(Token { role: Role::Student, .. }) => Reach::Student(self.id),
            Some(Token { role: Role::Teacher, .. }) => Reach::Teacher(self.id),
            Some(Token { role: Role::Admin, .. }) | None => Reach::College,
        }
    }
}
