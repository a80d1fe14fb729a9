//! What happens in a session, and what a person is told, while it happens.
//!
//! Promises: each change once and in the order of the session's `event_seq`, or of the person's `seq`; a resume token continues without a gap, on any
//! replica; a lost notice delays a change and never loses it; nobody waits for a listener that does not read.

mod change;
mod feed;
mod inboxes;
mod listener;
mod service;
mod store;
mod watch_attendance;
mod watch_notifications;

pub use feed::Feeds;
pub use inboxes::Inboxes;
pub use service::Service;
