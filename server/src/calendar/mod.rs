//! The college's calendar: days that are off, and times of the day at which nothing is held.
//!
//! Promises: a day is off if one entry says so, whatever others say; of an imported file all is taken or nothing, and the same
//! file again changes nothing. Never: an import deletes an entry, or a session that has begun changes with the calendar.

mod convert;
mod create_calendar_entry;
mod days_off;
mod delete_calendar_entry;
mod get_calendar_entry;
mod ics;
mod import_calendar_entries;
mod list_calendar_entries;
mod rules;
mod service;
mod store;
mod update_calendar_entry;

pub use days_off::{DaysOff, days_off};
pub use service::Service;

const RESOURCE: &str = "calendar_entry";
