//! Where in a CSV file something is wrong.

use std::{borrow::Cow, fmt::Display};

use rollcall_proto::v1::ImportFault;

use crate::{convert::count, import};

/// The faults of a file.
pub type Faults = import::Faults<Place>;

/// A place in a file: a whole row has no column, and a column that is not there has no number.
#[derive(Clone, Debug)]
pub struct Place {
    pub line: u32,
    pub column: Cow<'static, str>,
    pub number: u32,
}

impl Place {
    pub const fn row(line: u32) -> Self {
        Self { line, column: Cow::Borrowed(""), number: 0 }
    }
}

impl import::Place for Place {
    /// By line, and in a line from left to right.
    type Order = (u32, u32);

    fn order(&self) -> (u32, u32) {
        (self.line, self.number)
    }
}

impl Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { line, column, number } = self;
        match (&**column, number) {
            ("", _) => write!(formatter, "line {line}"),
            (name, 0) => write!(formatter, "line {line}, {name}"),
            (name, number) => write!(formatter, "line {line}, column {number}, {name}"),
        }
    }
}

/// What a dry run tells of.
pub fn told(faults: Faults) -> Vec<ImportFault> {
    let told = faults.list().into_iter().map(|(place, description)| ImportFault {
        line: count(place.line),
        column: place.column.into_owned(),
        column_number: count(place.number),
        description,
    });
    told.collect()
}
