//! What is wrong with a file, place by place.

use rollcall_proto::v1::ImportFault;

use crate::problem::{ErrorReason, Problem, Violation};

/// How many faults are told of; the others are only counted.
const LISTED: usize = 1000;

/// The faults of a file.
#[derive(Default)]
pub struct Faults {
    listed: Vec<ImportFault>,
    total: usize,
}

/// A place in a file: a column that is not there has no number.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub line: u32,
    pub column: &'a str,
    pub number: u32,
}

impl Faults {
    pub fn add(&mut self, place: Place<'_>, description: impl Into<String>) {
        self.total += 1;
        if self.listed.len() < LISTED {
            self.listed.push(ImportFault {
                line: i32::try_from(place.line).unwrap_or(i32::MAX),
                column: place.column.to_owned(),
                column_number: i32::try_from(place.number).unwrap_or(0),
                description: description.into(),
            });
        }
    }

    pub const fn is_empty(&self) -> bool {
        self.total == 0
    }

    pub const fn total(&self) -> usize {
        self.total
    }

    /// By line, and in a line from left to right.
    pub fn list(mut self) -> Vec<ImportFault> {
        self.listed.sort_by_key(|fault| (fault.line, fault.column_number));
        self.listed
    }

    /// Why the file is refused. A refusal has room for the first faults only.
    pub fn refuse(self) -> Problem {
        let total = self.total;
        let violations: Vec<_> = self.list().into_iter().map(violation).collect();
        let message = match violations.as_slice() {
            [one] => format!("{} {}. Nothing was changed.", one.field, one.description),
            _ => format!("The file has {total} faults. Nothing was changed; a dry run lists them."),
        };
        Problem { violations, ..Problem::new(ErrorReason::ImportFaulty, message) }.with("fault_count", total)
    }
}

fn violation(fault: ImportFault) -> Violation {
    let ImportFault { line, column, column_number, description } = fault;
    let field = match (column.as_str(), column_number) {
        ("", _) => format!("line {line}"),
        (name, 0) => format!("line {line}, {name}"),
        (name, number) => format!("line {line}, column {number}, {name}"),
    };
    Violation { field, description }
}
