//! Schedules for calendar programs, under links that only their people know.
//!
//! Promises: a link is shown once and kept as a hash; replaced or taken back it stops working at once, and so does that of
//! somebody who may not sign in; what a calendar program makes of a feed is what the schedule says, also across daylight
//! saving. Never: a token in a log, or a link that tells why it does not work.

mod create_schedule_feed;
mod delete_schedule_feed;
mod document;
mod download_schedule_feed;
mod get_schedule_feed;
mod service;
mod store;
mod token;
mod zone;

pub use service::Service;

const RESOURCE: &str = "schedule_feed";
