//! The timetable: weekly slots of who teaches whom, what, where and when; and when each of them takes place.
//!
//! Promises: no teacher, location or division is in two slots at once, whoever writes at the same moment; wall times are the
//! college's, right across daylight saving. Never: a slot over midnight, or one that goes because its teacher leaves.

mod booked;
mod change;
mod conflict;
mod convert;
mod create_timetable;
mod delete_timetable;
mod get_timetable;
mod list_division_timetable;
mod list_my_schedule;
mod list_timetables;
mod list_today;
pub mod many;
mod names;
mod place;
mod recurrence;
mod release;
mod rules;
mod running;
mod schedule;
mod schedule_page;
mod service;
mod store;
mod update_timetable;

pub use booked::booked;
pub use conflict::{Conflict, conflicts, taken};
pub use names::Names;
pub use recurrence::{Occurrence, Weekly};
pub use rules::check_slot;
pub use schedule::{Entry, schedule};
pub use service::Service;

const RESOURCE: &str = "timetable";
