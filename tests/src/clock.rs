//! The server's clock, moved by a file.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};

/// What the servers of a world take for now: the machine's time and an offset.
pub struct Clock {
    file: PathBuf,
    offset_seconds: AtomicI64,
}

impl Clock {
    /// A clock that goes right.
    pub fn new(folder: &Path) -> Self {
        let clock = Self { file: folder.join("clock"), offset_seconds: AtomicI64::new(0) };
        clock.write(0);
        clock
    }

    /// What goes into CLOCK_OFFSET_FILE.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The servers' time.
    pub fn now(&self) -> DateTime<Utc> {
        machine_time() + TimeDelta::seconds(self.offset_seconds.load(Ordering::Acquire))
    }

    /// Moves it on. Servers take a moment to notice: `World::advance` waits for them.
    pub(crate) fn advance(&self, seconds: i64) {
        let offset = self.offset_seconds.fetch_add(seconds, Ordering::AcqRel) + seconds;
        self.write(offset);
    }

    fn write(&self, offset_seconds: i64) {
        // A server must never read half a number, so the file is replaced and not rewritten.
        let draft = self.file.with_extension("draft");
        std::fs::write(&draft, offset_seconds.to_string()).expect("the clock's draft");
        std::fs::rename(&draft, &self.file).expect("the clock's file");
    }
}

/// The machine's own time, for worlds that are made before their servers run.
#[allow(clippy::disallowed_methods, reason = "a test has no other clock to take the time from")]
pub fn machine_time() -> DateTime<Utc> {
    Utc::now()
}
