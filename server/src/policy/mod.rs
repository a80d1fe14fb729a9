//! What a check-in has to show. A college, a division, a slot of a timetable and a session may each have a policy; the narrowest
//! applies whole, and where there is none, the default does.
//!
//! Promises: rules never change; a change of a policy is a new version of it, and every record and attempt names the version
//! that decided it. Rules that nobody could satisfy are refused when they are written. A shadow decides nothing.
//!
//! Read `weigh.rs` for what rules make of evidence, `applied.rs` for which rules apply, `rules.rs` for which can be, `compare.rs` for
//! what they would have decided.

mod applied;
mod compare;
mod compare_policy;
mod convert;
mod create_policy;
mod delete_policy;
mod get_policy;
mod get_session_policy;
mod list_policies;
mod list_policy_versions;
mod more_needed;
mod past;
mod rules;
mod service;
mod store;
mod update_policy;
mod weigh;

pub use applied::{Applied, load_applied, refresh_applied};
pub use more_needed::more_needed;
pub use service::Service;
pub use weigh::{Beginning, Weighed, late_by_seconds, weigh};

const RESOURCE: &str = "policy";
