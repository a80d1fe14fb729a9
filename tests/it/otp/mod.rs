//! One-time passwords: shown, entered, counted, used once.

mod check_in;
mod request;
mod send;
mod tries;
mod verify;
