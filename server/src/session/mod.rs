//! Sessions: planning, starting, ending, cancelling, and finding them.
//!
//! Promises: a state changes by one guarded statement and never goes back; ending marks everyone absent who was enrolled and
//! has no record, in the transaction that ends it. Never: a session of another college, or of another teacher.

mod access;
mod adjust;
mod background;
mod book_makeup;
mod cancel_session;
mod card;
mod change_teacher;
mod conflict;
mod convert;
mod create_session;
mod end_session;
mod get_session;
mod list_makeup_slots;
mod list_sessions;
mod makeup;
mod over;
mod participants;
mod plan;
mod reschedule_session;
mod rules;
mod service;
mod standing;
mod start_face;
mod start_session;
mod store;
mod sweep;
mod transition;
mod window;

pub use access::{count_expected, expected, find_for_staff, find_only_active, find_visible, is_enrolled};
pub use card::{Card, load_card, refresh_card};
pub use convert::to_proto;
pub use makeup::repay;
pub use over::{OVER, Over};
pub use rules::{ambiguous, check_staff, state_name, teaches};
pub use service::Service;
pub use store::{find, list_active_at, lock};
pub use transition::end_by_server;

/// What a session is called in a problem.
pub const RESOURCE: &str = "session";
