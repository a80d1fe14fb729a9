//! The only source of "now". Everything else takes a time as a value, so that every decision can be tested at any hour. Ids
//! (UUIDv7) hold a time of their own, which orders them and decides nothing.

use std::{path::PathBuf, sync::Arc};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

/// Tells the time. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock {
    /// A file that holds an offset in seconds, so that tests can move the time of a running server.
    offset_file: Option<Arc<PathBuf>>,
}

impl Clock {
    pub fn new(offset_file: Option<PathBuf>) -> Self {
        Self { offset_file: offset_file.map(Arc::new) }
    }

    /// The time, to the microsecond: finer than that, a database would give back another time than it was given.
    #[allow(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6) + self.offset()
    }

    /// Read at each call, because a test that has moved the clock expects the very next call to see it.
    fn offset(&self) -> TimeDelta {
        let Some(file) = &self.offset_file else { return TimeDelta::zero() };
        let text = std::fs::read_to_string(file.as_path()).unwrap_or_default();
        TimeDelta::seconds(text.trim().parse().unwrap_or(0))
    }
}
