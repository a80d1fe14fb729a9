//! AuthService: signing in, staying in, signing out.

mod cookie;
mod login;
mod logout;
mod refresh_token;
