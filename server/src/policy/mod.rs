//! What a check-in has to show. A college, a division, a slot of a timetable and a session may each have a policy; the narrowest
//! applies whole, and where there is none, the default does.
//!
//! Promises: rules never change; a change of a policy is a new version of it, and every record and attempt names the version
//! that decided it. Rules that nobody could satisfy are refused when they are written.
//!
//! Read `weigh.rs` for what rules make of evidence, `applied.rs` for which rules apply.

mod applied;
mod weigh;

pub use applied::{Applied, load_applied, refresh_applied};
pub use weigh::{Weighed, weigh};
