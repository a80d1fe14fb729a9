//! Where in a GeoJSON file something is wrong.

use std::fmt::Display;

use rollcall_proto::v1::ImportLocationsFault;

use crate::import;

/// The faults of a file.
pub type Faults = import::Faults<Path>;

/// The way to a place in a file, such as `features[3].geometry.coordinates[0][5]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(String);

impl From<String> for Path {
    fn from(path: String) -> Self {
        Self(path)
    }
}

impl From<&str> for Path {
    fn from(path: &str) -> Self {
        Self(path.to_owned())
    }
}

impl Display for Path {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl import::Place for Path {
    /// A file is read from its beginning to its end, so that its faults are found in their order.
    type Order = ();

    fn order(&self) {}
}

/// What a dry run tells of.
pub fn told(faults: Faults) -> Vec<ImportLocationsFault> {
    let told = faults.list().into_iter();
    told.map(|(Path(field), description)| ImportLocationsFault { field, description }).collect()
}
