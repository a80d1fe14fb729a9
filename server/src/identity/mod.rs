//! Who somebody is: signing in with a password, access tokens, refresh tokens, revocation.
//!
//! Promises: an unknown account, a wrong password and a disabled account cannot be told apart; a refresh token is good once;
//! what was revoked is refused on every replica within a second. Never: a token or a password in a log, a plain password or
//! a refresh token in the database.

mod access_token;
mod cookie;
mod family;
mod login;
mod logout;
mod password;
mod refresh_token;
mod revocations;
mod revoke;
mod service;
mod store;

pub use access_token::Tokens;
pub use password::Passwords;
pub use password::hash as hash_password;
pub use revocations::Revocations;
pub use service::Service;
pub use store::find_user;
