//! What a room sounds like on Wi-Fi: scans that come with check-ins, how alike two of them are, and what is learnt from those
//! of people who were there.
//!
//! Promises: a room learns only from sessions that are over, and from check-ins that showed code and position and that nobody has
//! to look at; nobody has more than two of its references, and the third best decides, so that nobody lets themself in; what
//! was heard is kept until it is learnt, a week at most. Never: a scan in a log.
//!
//! Read `scan.rs` for what of a scan counts, `likeness.rs` for the measure, `learn.rs` for what is learnt, `seen.rs` for how a
//! scan that was sent before is known.

mod background;
mod copies;
mod learn;
mod likeness;
mod scan;
mod seen;
mod store;

#[cfg(test)]
mod building_tests;

pub use background::handle_jobs;
pub use copies::{load, refresh};
pub use likeness::{ALIKE, Fingerprint, Likeness, UNLIKE, compare_with_room};
pub use scan::{MIN_COMMON, Scan, Sighting};
pub use seen::{SeenScans, is_replay};
