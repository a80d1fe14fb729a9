//! Colleges, divisions and who belongs to them. Enrolments are the truth; whether somebody is enrolled is asked for a day of
//! the college's own calendar.

mod enrolment;
mod store;

pub use enrolment::{Membership, day_in};
pub use store::{find_college, has_division, is_enrolled, list_memberships};
