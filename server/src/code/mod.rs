//! Rotating QR codes.
//!
//! Promises: a code is a keyed hash over session and step; nothing is stored, nothing is made ahead, and every replica
//! makes the same. Never: a code in a log, or a code of a step that has not come.

mod get_current_code;
mod get_current_code_image;
mod refusal;
mod rotation;
mod service;
mod shown_session;
mod verify_code;
mod watch_codes;

pub use refusal::{expired, invalid, not_enrolled};
pub use rotation::{Age, Reading, Rotation, ScannedCode};
pub use service::Service;
