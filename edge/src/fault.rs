//! What is wrong with what an edge was given.

use std::fmt;

/// One fault, found at start. All of them are reported together, so that a contract is mended in one go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The full name of the RPC, or `(options)`.
    pub method: String,
    /// The HTTP method and template of the rule, as it is written, or the option.
    pub rule: String,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}: {}", self.method, self.rule, self.what)
    }
}

impl std::error::Error for Fault {}
