//! Check-ins that a device signed while it had no network, handed in later.
//!
//! Promises: the same entry gets the same record, in whatever order and however often it comes; nothing is believed of the time that
//! contradicts what the server knows, and what is believed stands in the evidence; what a member of staff said by hand stays. Never: an
//! entry that no enrolled device has signed, or one entry that fails the others.
//!
//! Read `hand_in_check_ins.rs` for the way of a call, `estimate.rs` for when an entry was made, `rules.rs` for whether that is believed,
//! `keep.rs` for what becomes of the record.

mod entry;
mod estimate;
mod hand_in_check_ins;
mod keep;
mod refusal;
mod rules;
mod service;

pub use service::Service;
