//! What is wrong with a GeoJSON file, place by place.

use rollcall_proto::v1::ImportLocationsFault;

use crate::problem::{ErrorReason, Problem, Violation};

/// How many faults are told of; the others are only counted.
const LISTED: usize = 1000;

/// The faults of a file.
#[derive(Debug, Default)]
pub struct Faults {
    listed: Vec<ImportLocationsFault>,
    total: usize,
}

impl Faults {
    pub fn add(&mut self, field: impl Into<String>, description: impl Into<String>) {
        self.total += 1;
        if self.listed.len() < LISTED {
            self.listed.push(ImportLocationsFault { field: field.into(), description: description.into() });
        }
    }

    pub const fn total(&self) -> usize {
        self.total
    }

    pub fn list(self) -> Vec<ImportLocationsFault> {
        self.listed
    }

    /// Why the file is refused. A refusal has room for the first faults only.
    pub fn refuse(self) -> Problem {
        let total = self.total;
        let violation = |ImportLocationsFault { field, description }| Violation { field, description };
        let violations: Vec<_> = self.listed.into_iter().map(violation).collect();
        let message = match violations.as_slice() {
            [one] => format!("{} {}. Nothing was changed.", one.field, one.description),
            _ => format!("The file has {total} faults. Nothing was changed; a dry run lists them."),
        };
        Problem { violations, ..Problem::new(ErrorReason::ImportFaulty, message) }.with("fault_count", total)
    }
}
