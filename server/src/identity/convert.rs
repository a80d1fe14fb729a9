//! People as the contract has them.

use rollcall_proto::v1::{User, user};
use uuid::Uuid;

use crate::{
    convert::timestamp,
    entity::user::{Model, Role},
};

/// A person. Where they belong is no part of their row.
pub fn to_proto(person: Model, division_id: Option<Uuid>) -> User {
    User {
        id: person.id.to_string(),
        email: person.email,
        username: person.username,
        role: role_to_proto(person.role).into(),
        division_id: division_id.map(|id| id.to_string()).unwrap_or_default(),
        college_id: person.college_id.to_string(),
        is_active: Some(person.is_active),
        created_at: Some(timestamp(person.created_at)),
    }
}

pub const fn role_to_proto(role: Role) -> user::Role {
    match role {
        Role::Student => user::Role::Student,
        Role::Teacher => user::Role::Teacher,
        Role::Admin => user::Role::Admin,
    }
}

/// None for the role that is never sent.
pub const fn role_from_proto(role: user::Role) -> Option<Role> {
    match role {
        user::Role::Unspecified => None,
        user::Role::Student => Some(Role::Student),
        user::Role::Teacher => Some(Role::Teacher),
        user::Role::Admin => Some(Role::Admin),
    }
}
