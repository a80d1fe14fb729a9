//! Attendance records: reading them.
//!
//! Never: a record of another college, of another student, or of another teacher's session.

mod get_record;
mod list_my_records;
mod list_records;
mod service;
mod store;

pub use service::Service;

const RESOURCE: &str = "record";
