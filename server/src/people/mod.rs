//! The people of a college: their own name, and for administrators their accounts.
//!
//! Promises: what a caller may write is a list of its own for every RPC; a college keeps an active administrator; a change of
//! role, or of whether somebody is active, ends all that they are signed in with, in the transaction that makes it. Never: a
//! plain password in the database, or a record without the person that it points to.

mod create_user;
mod delete_user;
mod get_me;
mod get_user;
mod gone;
mod invite_user;
mod list_users;
pub mod many;
mod rules;
mod service;
mod store;
mod update_me;
mod update_user;

pub use gone::{FORGET_PERSON, Gone};
pub use rules::{administers, changes_rights, difference, role_name};
pub use service::Service;

pub const RESOURCE: &str = "user";
