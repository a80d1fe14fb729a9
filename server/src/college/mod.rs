//! The caller's own college: what it is called, and by which clock it lives.
//!
//! Promises: nobody reads or changes another college. Whatever depends on the zone or the grace reads the row, of which there
//! are no copies; a session keeps what it was planned with.

mod get_college;
mod rules;
mod service;
mod store;
mod update_college;

pub use service::Service;

const RESOURCE: &str = "college";
