//! JSON to protobuf and back, by the plan, with no message in between.

pub(crate) mod lex;
pub(crate) mod mask;
pub(crate) mod read;
mod read_known;
mod refusal;
pub(crate) mod scalar;
#[cfg(test)]
mod tests;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod write;
mod write_known;

pub(crate) use refusal::{Refusal, Step};

/// How much of ProtoJSON's leniency is granted on input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JsonInput {
    /// Only what a schema would show: no `null`, no numbers in place of names, no strings in place of 32-bit numbers.
    #[default]
    Strict,
    /// All that the ProtoJSON specification accepts.
    ProtoJson,
}

/// The nesting that a JSON document may have.
pub(crate) const MAX_DEPTH: usize = 64;
