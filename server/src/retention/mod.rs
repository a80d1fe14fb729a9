//! LocationHistoryService: what shows where somebody was, and how long it is kept: positions, scans, addresses, codes and the names of devices.
//!
//! Promises: what is older than its college's retention goes, and in its place stay the verdict, the reason, the flags, the method,
//! and how far outside the fence it was, as a band; nothing else of a record changes by that, so that nobody's attendance does.
//! Never: a position of anybody but the caller's, or one in a log or in the audit.
//!
//! Documents of excuses have no retention: they show why somebody was away, and not where.

mod background;
mod convert;
mod delete_my_location_history;
mod forget;
mod history;
mod list_my_location_history;
mod rules;
mod service;
mod store;

pub use service::Service;
