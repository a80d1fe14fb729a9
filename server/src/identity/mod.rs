//! Who somebody is: signing in with a password, access tokens, refresh tokens, revocation.
//!
//! Promises: an unknown account, a wrong password and a disabled account cannot be told apart; a refresh token is good once;
//! what was revoked is refused on every replica within a second; a changed password ends every other sign-in. Never: a token
//! or a password in a log, a plain password or a refresh token in the database.

mod access_token;
mod change_password;
mod convert;
mod cookie;
mod family;
mod imported;
mod list_sign_ins;
mod login;
mod logout;
mod password;
mod password_rules;
mod refresh_token;
mod revocations;
mod revoke;
mod revoke_sign_in;
mod service;
mod store;

pub use access_token::Tokens;
pub use convert::{role_from_proto, to_proto};
pub use password::Passwords;
pub use password::hash as hash_password;
pub use password_rules::{Owner, check as check_password, weakness};
pub use revocations::Revocations;
pub use revoke::{Revoked, Revoker};
pub use service::Service;
pub use store::find_user;
