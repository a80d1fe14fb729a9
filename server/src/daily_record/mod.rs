//! What another system says of people's days: a status for each person and day.
//!
//! Promises: a person has one record a day and as many days as there are, also where many callers send the same at once; what is replaced
//! stands in the audit; whoever asks after a write was answered sees it, on every replica, and never what was asked about somebody else.
//! Never: an id is anything but a text, or a record changes what follows from punches.
//!
//! Nothing here is copied. A search is one statement down two unique keys; to know whether a copy of its answer still holds would take a
//! statement too, and a copy that is dropped by notice would be wrong for a moment on the other replicas.

mod convert;
mod create_daily_record;
mod list_daily_records;
mod rules;
mod search_daily_records;
mod service;
mod store;
mod writer;

pub use service::Service;
pub use writer::Writer;

const RESOURCE: &str = "daily_record";
