//! DivisionService: divisions, and who belongs to them from when to when.

mod change;
mod enrolment;
mod list;
mod replicas;

use chrono::{FixedOffset, NaiveDate};
use rollcall_tests::clock::machine_time;

/// Today by the calendar of the tests' colleges, which are in India.
pub fn today() -> NaiveDate {
    let india = FixedOffset::east_opt(19_800).expect("an offset");
    machine_time().with_timezone(&india).date_naive()
}
