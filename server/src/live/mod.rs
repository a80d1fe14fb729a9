//! What happens in a session, while it happens.
//!
//! Promises: each change once and in the order of the session's `event_seq`; a resume token continues without a gap, on any
//! replica; a lost notice delays a change and never loses it.

mod change;
mod feed;
mod service;
mod store;
mod watch_attendance;

pub use feed::Feeds;
pub use service::Service;
