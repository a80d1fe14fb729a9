//! Why a JSON document was refused, and where.

use std::fmt::Write as _;

/// A refused document. Boxed by those who return it, so that the good path carries one pointer.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Innermost first: steps are added while the reader unwinds, so that reading itself keeps no path.
    steps: Vec<Step>,
    pub(crate) what: String,
    /// Whether the text is not JSON at all.
    pub(crate) malformed: bool,
}

/// One step from a message to a value in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Field(String),
    Index(usize),
    Key(String),
}

impl Refusal {
    pub(crate) fn value(what: impl Into<String>) -> Box<Refusal> {
        Box::new(Refusal { steps: Vec::new(), what: what.into(), malformed: false })
    }

    pub(crate) fn malformed(what: impl Into<String>) -> Box<Refusal> {
        Box::new(Refusal { steps: Vec::new(), what: what.into(), malformed: true })
    }

    pub(crate) fn field(name: &str, what: impl Into<String>) -> Box<Refusal> {
        Refusal::value(what).under(Step::Field(name.to_owned()))
    }

    pub(crate) fn under(mut self: Box<Self>, step: Step) -> Box<Self> {
        self.steps.push(step);
        self
    }

    /// The path as people write it: `lines[2].labels["color"]`.
    pub(crate) fn path(&self) -> String {
        let mut path = String::new();
        for step in self.steps.iter().rev() {
            match step {
                Step::Field(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(name);
                }
                // Writing to a string cannot fail.
                Step::Index(index) => drop(write!(path, "[{index}]")),
                Step::Key(key) => drop(write!(path, "[{key:?}]")),
            }
        }
        path
    }
}
