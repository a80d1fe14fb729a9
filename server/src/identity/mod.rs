//! Who somebody is: signing in with a password, access tokens, refresh tokens, revocation.
//!
//! Promises: an unknown account, a wrong password and a disabled account cannot be told apart; a refresh token is good once;
//! what was revoked is refused on every replica within a second; a changed password ends every other sign-in; what was
//! mailed is good once and in time, and whoever asks for mail learns nothing from the answer. Never: a token or a password in
//! a log, a plain password, a refresh token or a mailed one in the database.

mod accept;
mod access_token;
mod background;
mod change_password;
mod convert;
mod cookie;
mod family;
mod forgot_password;
mod get_json_web_key_set;
mod hash_queue;
mod imported;
mod keyring;
mod list_sign_ins;
mod login;
mod logout;
mod mailed;
mod meant;
mod own_password;
mod pace;
mod password;
mod password_rules;
mod refresh_token;
mod register;
mod reset_password;
mod revocations;
mod revoke;
mod revoke_sign_in;
mod service;
mod signing_key;
mod store;

pub use access_token::Tokens;
pub use convert::{role_from_proto, role_to_proto, to_proto};
pub use keyring::{Keyring, LEAD as SIGNING_KEY_LEAD};
pub use mailed::{Outbox, forget, invite, invite_all, state as account_state, tell_address_changed};
pub use own_password::wrong_password;
pub use pace::Pace;
pub use password::hash as hash_password;
pub use password::{Passwords, check_imported};
pub use password_rules::{Owner, check as check_password, weakness};
pub use register::check_invitations;
pub use revocations::Revocations;
pub use revoke::{Revoked, Revoker, Told};
pub use service::Service;
pub use store::{find_unchanging, find_user};
