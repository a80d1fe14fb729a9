//! Path templates as OpenAPI writes them: every wildcard a parameter of its own, between literals.

use std::fmt::Write as _;

use crate::binding::Binding;
use crate::params::Target;
use crate::rule::{Segment, Template};

/// A path of the document.
pub(super) struct Path<'b> {
    /// The path with nameless parameters. Paths of one shape are one path to OpenAPI.
    pub(super) shape: String,
    pub(super) parameters: Vec<PathParameter<'b>>,
}

/// One wildcard of a template.
pub(super) struct PathParameter<'b> {
    pub(super) name: String,
    /// The field that the parameter is the whole value of. A wildcard among literals is only a part of one.
    pub(super) target: Option<&'b Target>,
    /// Whether it takes several segments, which OpenAPI has no way to say.
    pub(super) multi_segment: bool,
}

impl<'b> Path<'b> {
    pub(super) fn of(binding: &'b Binding) -> Path<'b> {
        // The template was parsed before the binding was made.
        let template = Template::parse(&binding.template).unwrap_or(Template {
            segments: Vec::new(),
            variables: Vec::new(),
            verb: None,
        });
        let (mut shape, mut parameters) = (String::new(), Vec::<PathParameter<'_>>::new());
        for (place, segment) in template.segments.iter().enumerate() {
            shape.push('/');
            if let Segment::Literal(text) = segment {
                shape.push_str(text);
                continue;
            }
            shape.push_str("{}");
            let variable = binding.variables.iter().find(|variable| (variable.start..variable.end).contains(&place));
            let base = variable.map_or("segment", |variable| &variable.name);
            parameters.push(PathParameter {
                name: unused(base, &parameters),
                target: variable.filter(|variable| !variable.multi).map(|variable| &variable.target),
                multi_segment: *segment == Segment::Rest,
            });
        }
        if shape.is_empty() {
            shape.push('/');
        }
        if let Some(verb) = &template.verb {
            shape.push(':');
            shape.push_str(verb);
        }
        Path { shape, parameters }
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.parameters.iter().map(|parameter| parameter.name.clone()).collect()
    }

    pub(super) fn rename(&mut self, names: &[String]) {
        for (parameter, name) in self.parameters.iter_mut().zip(names) {
            parameter.name.clone_from(name);
        }
    }

    /// The path with the names of its parameters.
    pub(super) fn text(&self) -> String {
        let mut pieces = self.shape.split("{}");
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for (piece, parameter) in pieces.zip(&self.parameters) {
            // Writing to a string does not fail.
            let _ = write!(text, "{{{}}}{piece}", parameter.name);
        }
        text
    }
}

/// The name, with a number when another parameter has it.
fn unused(base: &str, parameters: &[PathParameter<'_>]) -> String {
    let is_free = |name: &String| parameters.iter().all(|parameter| parameter.name != *name);
    let numbered = (1..).map(|number| format!("{base}_{number}"));
    std::iter::once(base.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
}
