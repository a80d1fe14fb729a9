//! The sessions of the timetable: which there have to be, and making them so. `rules` says what is missing, different or too
//! much; `apply` does it for some slots at a time under a lock of the college; `background` has it done every hour and after each
//! change.

mod apply;
mod background;
mod plan_sessions;
mod rules;
mod store;

pub use background::{PLAN_ALL, PLAN_ALL_EVERY, plan_all, plan_one};

/// What a plan is of, in the audit.
const COLLEGE: &str = "college";
