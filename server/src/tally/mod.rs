//! Records of completed sessions, counted: a row for each session, and one for each student, division and day, third of a month or month.
//!
//! Promises: what is counted is what the records say, in the transaction that changes them; counting the same again changes
//! nothing. Never: anything on the way of a check-in, which happens before its session is completed.

mod count;
mod fill;
mod grain;

pub use count::{COUNTS, count, recount};
pub use fill::handle_jobs;
pub use grain::Grain;
