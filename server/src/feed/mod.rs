//! Schedules for calendar programs, under links that only their people know.
//!
//! Promises: a link is shown once and kept as a hash; replaced, taken back or followed by another password it stops working at
//! once and for good, and that of somebody who may not sign in while they may not; what a calendar program makes of a feed is what the schedule says, also across daylight
//! saving. Never: a token in a log, or a link that tells why it does not work, or a look-up for a text that is none.

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
