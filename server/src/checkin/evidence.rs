//! What a decision rests on, as it is stored beside it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What one factor said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub factor: Factor,
    pub verdict: Verdict,
    /// For the student.
    pub detail: String,
    /// For staff: the numbers behind it, each named with its unit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub figures: BTreeMap<String, f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Factor {
    Code,
    Geofence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    Passed,
    Failed,
    Uncertain,
    Missing,
}

impl Factor {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "CODE",
            Self::Geofence => "GEOFENCE",
        }
    }
}

impl Evidence {
    pub fn new(factor: Factor, verdict: Verdict, detail: impl Into<String>) -> Self {
        Self { factor, verdict, detail: detail.into(), figures: BTreeMap::new() }
    }

    pub fn figure(mut self, name: &str, value: f64) -> Self {
        self.figures.insert(name.to_owned(), value);
        self
    }
}
