//! Attendance in figures.
//!
//! Promises: what is answered equals what counting every record would give, by the college's settings as they are now, and costs no
//! reading of every record. Never: records of another college, of another student, or of another teacher's sessions.

mod filter;
mod get_analytics;
mod list_at_risk;
mod low_attendance;
mod rules;
mod service;
mod span;
mod store;

pub use service::Service;
