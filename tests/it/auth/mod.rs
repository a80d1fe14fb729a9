//! AuthService: signing in, staying in, signing out, and what everybody can do for their own account.

mod change_password;
mod cookie;
mod forged;
mod imported;
mod login;
mod logout;
mod refresh_token;
mod revocations;
mod sign_ins;
mod signing_keys;
