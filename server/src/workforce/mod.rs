//! Working time: employees, their punches, and what these come to day by day.
//!
//! Promises: a punch is stored before it is answered, once, however often it is sent; it never changes, and a correction is another
//! punch that names it. Days are derived: whoever reads them after a punch was answered finds it in them, and to derive them again
//! gives the same. Never: an OUT that nobody gave.
//!
//! Read `instant.rs` for which times are taken, `keep/` for how punches are stored, `days/rule.rs` for what they come to, `days/settle.rs` for when.

mod convert;
mod correct_punch;
mod create_employee;
mod create_punch;
mod create_punches;
mod days;
mod demo;
mod get_daily_summary;
mod get_employee;
mod get_work_hours;
mod instant;
mod keep;
mod list_employees;
mod list_punches;
mod read;
mod service;
mod store;
mod stream_punches;
mod summary;
mod update_employee;

pub use days::{Settler, outdate_college};
pub use demo::prepare as prepare_demo;
pub use keep::Keeper;
pub use service::Service;

const EMPLOYEE: &str = "employee";
const PUNCH: &str = "punch";
