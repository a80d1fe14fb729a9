//! Sessions: planning, starting, ending, cancelling, and finding them.
//!
//! Promises: a state changes by one guarded statement and never goes back; ending marks everyone absent who was enrolled and
//! has no record, in the transaction that ends it. Never: a session of another college, or of another teacher.

mod access;
mod cancel_session;
mod card;
mod convert;
mod create_session;
mod end_session;
mod get_session;
mod list_sessions;
mod rules;
mod service;
mod start_session;
mod store;
mod transition;

pub use access::{find_for_staff, is_enrolled};
pub use card::{Card, load_card, refresh_card};
pub use convert::to_proto;
pub use end_session::end_by_server;
pub use rules::{ambiguous, state_name, teaches};
pub use service::Service;
pub use store::{find, list_active_at, list_active_of};

/// What a session is called in a problem.
pub const RESOURCE: &str = "session";
