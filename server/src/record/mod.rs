//! Attendance records: reading them, and changing them after they were made.
//!
//! Promises: whatever becomes of a record, the history keeps who, when, from what, to what and why, in the transaction of the
//! change; nothing else changes records. Never: a record of another college, of another student, or of another teacher's
//! session.

mod change;
mod convert;
mod get_record;
mod list_my_records;
mod list_record_changes;
mod list_records;
mod mark;
mod mark_records;
mod roll;
mod rules;
mod service;
mod store;
mod update_record;

pub use change::{Cause, change, hand_in, judge};
pub use mark::Marking;
pub use roll::Fault;
pub use rules::{by_hand, check_lock, check_own, locked_since};
pub use service::Service;
pub use store::{find, find_in, find_of};

/// What a record is called in a problem.
pub const RESOURCE: &str = "record";
