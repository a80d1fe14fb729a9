//! Rotating QR codes, and one-time passwords (`otp/`) for those who cannot scan.
//!
//! Promises: a code is a keyed hash over session and step; no code is stored or made ahead, and every replica
//! makes the same. Never: a code in a log, or a code of a step that has not come.
//!
//! Read `rotation.rs` for codes, `challenge.rs` for three of them in a row, `otp/` for passwords, `shown_session.rs` for whose are shown.

mod challenge;
mod get_current_code;
mod get_current_code_image;
mod otp;
mod refusal;
mod request_otp;
mod rotation;
mod service;
mod shown_session;
mod verify_code;
mod verify_otp;
mod watch_codes;

pub use otp::{OneTimePasswords, OtpReading};
pub use refusal::{attempts_exhausted, expired, invalid, not_enrolled, otp_expired, otp_invalid};
pub use rotation::{Age, Reading, Rotation, ScannedCode};
pub use service::Service;
