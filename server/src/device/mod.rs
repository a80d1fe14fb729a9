//! Keys of students' devices: enrolling one, replacing it, and what a check-in shows by its signature.
//!
//! Promises: a person has one active key at most, on every replica, and nobody gets a second one without a cool-down or staff;
//! nobody enrols a key that they do not hold; what is signed is a fixed layout, so that a signature is good for one check-in of
//! one student. Never: a decision by what a platform attests, or a private key.
//!
//! Read `statement.rs` for what is signed, `nonce.rs` for what makes it fresh, `rules.rs` for which key counts, `look.rs` for what
//! a check-in asks of this slice.

mod approve_device;
mod convert;
mod enrol_device;
mod get_check_in_nonce;
mod key;
mod list_devices;
mod look;
mod nonce;
mod revoke_device;
mod rules;
mod service;
mod statement;
mod store;

pub use look::{About, Claim, Looked, Proof, Signed, look};
pub use service::Service;
pub use statement::{Offline, digest_codes};

const RESOURCE: &str = "device";
