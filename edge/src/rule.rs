//! `google.api.HttpRule` and its path templates.
//!
//! ```text
//! template = "/" segment { "/" segment } [ ":" verb ]
//! segment  = literal | "*" | "**" | "{" field { "." field } [ "=" segment { "/" segment } ] "}"
//! ```

/// A rule as it stands in the options of a method. Declared here so that the edge depends on no generated code.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct HttpRule {
    #[prost(oneof = "Pattern", tags = "2, 3, 4, 5, 6, 8")]
    pub(crate) pattern: Option<Pattern>,
    #[prost(string, tag = "7")]
    pub(crate) body: String,
    #[prost(string, tag = "12")]
    pub(crate) response_body: String,
    #[prost(message, repeated, tag = "11")]
    pub(crate) additional_bindings: Vec<HttpRule>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Pattern {
    #[prost(string, tag = "2")]
    Get(String),
    #[prost(string, tag = "3")]
    Put(String),
    #[prost(string, tag = "4")]
    Post(String),
    #[prost(string, tag = "5")]
    Delete(String),
    #[prost(string, tag = "6")]
    Patch(String),
    #[prost(message, tag = "8")]
    Custom(CustomPattern),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct CustomPattern {
    #[prost(string, tag = "1")]
    pub(crate) kind: String,
    #[prost(string, tag = "2")]
    pub(crate) path: String,
}

impl Pattern {
    /// The HTTP method, `*` for every one, and the template.
    pub(crate) fn parts(&self) -> (&str, &str) {
        match self {
            Pattern::Get(path) => ("GET", path),
            Pattern::Put(path) => ("PUT", path),
            Pattern::Post(path) => ("POST", path),
            Pattern::Delete(path) => ("DELETE", path),
            Pattern::Patch(path) => ("PATCH", path),
            Pattern::Custom(custom) => (&custom.kind, &custom.path),
        }
    }
}

/// A parsed template. Variables are ranges of segments, so that matching knows segments only.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) segments: Vec<Segment>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) verb: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Literal(String),
    /// `*`: exactly one segment.
    One,
    /// `**`: all that is left, possibly nothing.
    Rest,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) field_path: Vec<String>,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Template {
    pub(crate) fn parse(text: &str) -> Result<Template, String> {
        let Some(rest) = text.strip_prefix('/') else { return Err("the template must begin with a slash".to_owned()) };
        let (path, verb) = split_verb(rest)?;
        let mut parser = Parser { segments: Vec::new(), variables: Vec::new() };
        // The root itself is a template without segments.
        if !path.is_empty() {
            parser.path(path)?;
        }
        let rest_at = parser.segments.iter().position(|segment| *segment == Segment::Rest);
        if rest_at.is_some_and(|at| at + 1 != parser.segments.len()) {
            return Err("** must be the last segment".to_owned());
        }
        Ok(Template { segments: parser.segments, variables: parser.variables, verb })
    }
}

/// The verb follows the first colon of the last segment that stands outside braces.
fn split_verb(path: &str) -> Result<(&str, Option<String>), String> {
    let mut inside = false;
    let mut colon = None;
    for (at, character) in path.char_indices() {
        match character {
            '{' => inside = true,
            '}' => inside = false,
            '/' if !inside => colon = None,
            ':' if !inside && colon.is_none() => colon = Some(at),
            _ => {}
        }
    }
    match colon {
        None => Ok((path, None)),
        Some(at) if at + 1 == path.len() => Err("the verb after the colon is empty".to_owned()),
        Some(at) if path[at + 1..].contains(['{', '}', '*']) => Err("the verb must be literal".to_owned()),
        Some(at) => Ok((&path[..at], Some(path[at + 1..].to_owned()))),
    }
}

struct Parser {
    segments: Vec<Segment>,
    variables: Vec<Variable>,
}

impl Parser {
    fn path(&mut self, path: &str) -> Result<(), String> {
        let mut rest = path;
        loop {
            let end = match rest.strip_prefix('{') {
                Some(inner) => {
                    let close = inner.find('}').ok_or("a brace is not closed")?;
                    self.variable(&inner[..close])?;
                    close + 2
                }
                None => {
                    let end = rest.find('/').unwrap_or(rest.len());
                    self.segment(&rest[..end])?;
                    end
                }
            };
            match rest[end..].strip_prefix('/') {
                Some(next) => rest = next,
                None if end == rest.len() => return Ok(()),
                None => return Err("a variable must be a whole segment".to_owned()),
            }
        }
    }

    fn variable(&mut self, text: &str) -> Result<(), String> {
        let (field, pattern) = text.split_once('=').unwrap_or((text, "*"));
        let field_path: Vec<String> = field.split('.').map(str::to_owned).collect();
        if field_path
            .iter()
            .any(|name| name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
        {
            return Err(format!("{field:?} is not a field path"));
        }
        if self.variables.iter().any(|variable| variable.field_path == field_path) {
            return Err(format!("{field:?} is bound twice"));
        }
        let start = self.segments.len();
        for segment in pattern.split('/') {
            self.segment(segment)?;
        }
        self.variables.push(Variable { field_path, start, end: self.segments.len() });
        Ok(())
    }

    fn segment(&mut self, text: &str) -> Result<(), String> {
        self.segments.push(match text {
            "" => return Err("a segment is empty".to_owned()),
            "*" => Segment::One,
            "**" => Segment::Rest,
            literal if literal.contains(['*', '{', '}', '?', '#', ' ', '=']) => {
                return Err(format!("{literal:?} is not a literal segment"));
            }
            literal => Segment::Literal(literal.to_owned()),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Segment {
        Segment::Literal(text.to_owned())
    }

    #[test]
    fn templates_become_segments_and_ranges() {
        let template = Template::parse("/v1/{name=shelves/*/books/**}:publish").unwrap();
        assert_eq!(
            template.segments,
            [literal("v1"), literal("shelves"), Segment::One, literal("books"), Segment::Rest]
        );
        assert_eq!(template.variables, [Variable { field_path: vec!["name".to_owned()], start: 1, end: 5 }]);
        assert_eq!(template.verb.as_deref(), Some("publish"));
        let template = Template::parse("/v1/{a.b}/x:y/{c}:do:it").unwrap();
        assert_eq!(template.segments, [literal("v1"), Segment::One, literal("x:y"), Segment::One]);
        assert_eq!(template.variables[0].field_path, ["a", "b"]);
        assert_eq!(template.verb.as_deref(), Some("do:it"));
        assert_eq!(Template::parse("/").unwrap().segments, []);
    }

    #[test]
    fn faulty_templates_are_refused() {
        for text in [
            "",
            "v1",
            "/v1/",
            "//v1",
            "/v1/{",
            "/v1/{}",
            "/v1/{a",
            "/v1/{a}b",
            "/v1/a{b}",
            "/v1/**/x",
            "/v1/{a=**}/{b}",
            "/v1/{a}/{a}",
            "/v1/x:",
            "/v1/{a={b}}",
            "/v1/a*",
            "/v1/{a.}",
            "/v1/{a=}",
            "/v1/x:{a}",
            "/a?b",
        ] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
