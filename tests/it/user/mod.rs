//! UserService: people and their accounts.

mod administrators;
mod create;
mod delete;
mod list;
mod me;
mod tokens;
mod update;

use prost_types::FieldMask;
use rollcall_proto::v1::{CreateUserRequest, UpdateUserRequest, User, user::Role};
use rollcall_tests::password::PASSWORD;

/// A change of what the mask names.
fn change(user: User, fields: &[&str]) -> UpdateUserRequest {
    let paths = fields.iter().map(|field| (*field).to_owned()).collect();
    UpdateUserRequest { user: Some(user), update_mask: Some(FieldMask { paths }) }
}

/// A person of this name, who can sign in.
fn named(name: &str, role: Role) -> CreateUserRequest {
    CreateUserRequest {
        email: format!("{}@riverside.example", name.to_lowercase()),
        username: name.to_owned(),
        role: role.into(),
        password: Some(PASSWORD.to_owned()),
        ..Default::default()
    }
}
