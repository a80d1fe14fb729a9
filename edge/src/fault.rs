//! What is wrong with the rules of a descriptor pool.

use std::fmt;

/// One fault, found at start. All of them are reported together, so that a contract is mended in one go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The full name of the RPC.
    pub method: String,
    /// The HTTP method and template of the rule, as it is written.
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
