//! Colleges, divisions and who belongs to them. Enrolments are the truth; whether somebody is enrolled is asked for a day of
//! the college's own calendar.
//!
//! Promises: a student belongs to a division once at a time; a change of an enrolment counts on every replica from the answer
//! on. Never: another day's roster changes because somebody leaves today.

mod campus;
mod create_division;
mod delete_division;
mod end_enrolment;
mod enrol_student;
mod enrolment;
mod get_division;
mod list_division_students;
mod list_divisions;
pub mod many;
mod planning;
mod roster;
mod rules;
mod service;
mod store;
mod update_division;
mod zone;

pub use campus::{CampusNetworks, read as read_networks};
pub use end_enrolment::end_all;
pub use enrolment::{Membership, Span};
pub use planning::{PLAN_SESSIONS, Planning, plan_again};
pub use roster::{count_students, is_enrolled, outdate as outdate_roster, students_on};
pub use rules::span;
pub use service::Service;
pub use store::{
    current_division, current_divisions, find_college, find_college_in, has_division, hold_college, list_memberships,
    list_memberships_of, lock_college, on_day,
};
pub use zone::{begin_of, day_in, zone};

const RESOURCE: &str = "division";
