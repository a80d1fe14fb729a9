//! Many rows at once, as CSV: imports and exports.
//!
//! Promises: an import changes all that its file says or nothing, by the same rules as single calls, and names every fault
//! by line and column; an export gives what an import takes unchanged, with no cell that a spreadsheet would run. Never: a
//! plain password in a file, a hash in an export, or a row of another college.

mod access_points;
mod cells;
mod divisions;
mod enrolments;
mod export_rows;
mod fault;
mod file;
mod formula;
mod header;
mod import_marks;
mod import_rows;
mod locations;
mod service;
mod sheet;
mod slots;
mod spans;
mod table;
mod timetables;
mod users;

pub use service::{Importer, Service};
