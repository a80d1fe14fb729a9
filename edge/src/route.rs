//! From an HTTP method and a path to a binding.
//!
//! A trie over path segments. At each segment a literal wins over `*`, and `*` over `**`, with backtracking. A colon
//! belongs to the value unless a rule has that verb in that place. A path that some rule spells out in literals, or that
//! ends with a rule's verb, is a resource of its own: a method that it does not have is refused and not handed to a
//! wildcard beside it.

use std::borrow::Cow;
use std::collections::HashMap;

use http::Method;
use percent_encoding::percent_decode_str;

use crate::rule::{Segment, Template};

/// The place of a binding in the edge's list.
pub(crate) type BindingId = usize;

/// All templates of an edge.
#[derive(Default)]
pub(crate) struct Router {
    nodes: Vec<Node>,
}

#[derive(Default)]
struct Node {
    literals: HashMap<Box<str>, usize>,
    one: Option<usize>,
    rest: Option<usize>,
    ends: Vec<End>,
}

/// The templates that end at a node with the same verb.
struct End {
    verb: Option<Box<str>>,
    methods: Vec<(Accepts, BindingId)>,
}

/// Which HTTP methods a binding serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Accepts {
    Method(Method),
    /// GET, and not HEAD although HEAD is GET without a body: the call has effects.
    GetOnly,
    Any,
}

/// The outcome of a search.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'p> {
    /// The binding, and the raw segments of the path without the verb.
    Binding(BindingId, Vec<&'p str>),
    /// The path exists with these methods.
    WrongMethod(Vec<Method>),
    Nothing,
}

impl Router {
    /// Adds a template. Fails when another binding has the same shape, verb and method.
    pub(crate) fn insert(
        &mut self,
        template: &Template,
        accepts: Accepts,
        binding: BindingId,
    ) -> Result<(), BindingId> {
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let mut at = 0;
        for segment in &template.segments {
            let fresh = self.nodes.len();
            let node = &mut self.nodes[at];
            at = match segment {
                Segment::Literal(text) => *node.literals.entry(decoded(text).as_ref().into()).or_insert(fresh),
                Segment::One => *node.one.get_or_insert(fresh),
                Segment::Rest => *node.rest.get_or_insert(fresh),
            };
            if at == fresh {
                self.nodes.push(Node::default());
            }
        }
        let verb = template.verb.as_deref().map(decoded);
        let verb = verb.as_deref();
        let ends = &mut self.nodes[at].ends;
        let end = match ends.iter().position(|end| end.verb.as_deref() == verb) {
            Some(place) => &mut ends[place],
            None => {
                ends.push(End { verb: verb.map(Into::into), methods: Vec::new() });
                let last = ends.len() - 1;
                &mut ends[last]
            }
        };
        let key = |accepts: &Accepts| match accepts {
            Accepts::Method(method) => Some(method.clone()),
            Accepts::GetOnly => Some(Method::GET),
            Accepts::Any => None,
        };
        if let Some((_, other)) = end.methods.iter().find(|(other, _)| key(other) == key(&accepts)) {
            return Err(*other);
        }
        end.methods.push((accepts, binding));
        Ok(())
    }

    /// Finds the binding for a raw path, as it came over the wire.
    pub(crate) fn find<'p>(&self, method: &Method, path: &'p str) -> Found<'p> {
        let Some(rest) = path.strip_prefix('/').filter(|_| !self.nodes.is_empty()) else { return Found::Nothing };
        let mut segments: Vec<&str> = if rest.is_empty() { Vec::new() } else { rest.split('/').collect() };
        let mut search = Search { router: self, method, allowed: Vec::new(), found: None };
        let last = segments.last().copied().unwrap_or_default();
        if last.contains(':') {
            // A literal that holds a colon first, then the longest verb, then the colon as part of a value.
            if search.walk(0, &segments, &End::place(None), true, true) {
                return search.result(segments);
            }
            for (at, _) in last.match_indices(':') {
                let place = segments.len() - 1;
                segments[place] = &last[..at];
                if search.walk(0, &segments, &End::place(Some(&last[at + 1..])), true, false) {
                    return search.result(segments);
                }
            }
            let place = segments.len() - 1;
            segments[place] = last;
        }
        search.walk(0, &segments, &End::place(None), true, false);
        search.result(segments)
    }
}

/// What a path must end with.
struct Wanted<'v> {
    verb: Option<Cow<'v, str>>,
}

impl End {
    fn place(verb: Option<&str>) -> Wanted<'_> {
        Wanted { verb: verb.map(decoded) }
    }
}

/// Templates and paths are compared in their decoded form.
fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

struct Search<'r> {
    router: &'r Router,
    method: &'r Method,
    allowed: Vec<Method>,
    found: Option<BindingId>,
}

impl Search<'_> {
    /// Whether the search is over. `literal` tells that the way here is spelt out; `literal_end` that the last segment
    /// has to be.
    fn walk(&mut self, at: usize, segments: &[&str], wanted: &Wanted<'_>, literal: bool, literal_end: bool) -> bool {
        let node = &self.router.nodes[at];
        let Some((head, tail)) = segments.split_first() else {
            return self.end(at, wanted, literal)
                || node.rest.is_some_and(|rest| !literal_end && self.end(rest, wanted, false));
        };
        if let Some(child) = node.literals.get(&*decoded(head))
            && self.walk(*child, tail, wanted, literal, literal_end)
        {
            return true;
        }
        if head.is_empty() || (literal_end && tail.is_empty()) {
            return false;
        }
        if let Some(child) = node.one
            && self.walk(child, tail, wanted, false, literal_end)
        {
            return true;
        }
        match node.rest {
            Some(rest) if !literal_end && segments.iter().all(|segment| !segment.is_empty()) => {
                self.end(rest, wanted, false)
            }
            _ => false,
        }
    }

    fn end(&mut self, at: usize, wanted: &Wanted<'_>, literal: bool) -> bool {
        let verb = wanted.verb.as_deref();
        let Some(end) = self.router.nodes[at].ends.iter().find(|end| end.verb.as_deref() == verb) else {
            return false;
        };
        let exact = end.methods.iter().find(|(accepts, _)| match accepts {
            Accepts::Method(method) => method == self.method,
            Accepts::GetOnly => *self.method == Method::GET,
            Accepts::Any => false,
        });
        let as_get = || {
            let get = Accepts::Method(Method::GET);
            end.methods.iter().find(|(accepts, _)| *self.method == Method::HEAD && *accepts == get)
        };
        // OPTIONS is answered by the edge itself, so a binding for every method does not get it.
        let any = || {
            let open = *self.method != Method::OPTIONS;
            end.methods.iter().find(|(accepts, _)| open && *accepts == Accepts::Any)
        };
        if let Some((_, binding)) = exact.or_else(as_get).or_else(any) {
            self.found = Some(*binding);
            return true;
        }
        for (accepts, _) in &end.methods {
            match accepts {
                Accepts::Method(method) => self.allow(method.clone()),
                Accepts::GetOnly => self.allow(Method::GET),
                Accepts::Any => {}
            }
            if *accepts == Accepts::Method(Method::GET) {
                self.allow(Method::HEAD);
            }
        }
        self.allow(Method::OPTIONS);
        literal || verb.is_some()
    }

    fn allow(&mut self, method: Method) {
        if !self.allowed.contains(&method) {
            self.allowed.push(method);
        }
    }

    fn result(self, segments: Vec<&str>) -> Found<'_> {
        match self.found {
            Some(binding) => Found::Binding(binding, segments),
            None if self.allowed.is_empty() => Found::Nothing,
            None => Found::WrongMethod(self.allowed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(rules: &[&str]) -> Router {
        let mut router = Router::default();
        for (id, rule) in rules.iter().enumerate() {
            let (method, path) = rule.split_once(' ').unwrap();
            let accepts = match method {
                "*" => Accepts::Any,
                "GET!" => Accepts::GetOnly,
                _ => Accepts::Method(method.parse().unwrap()),
            };
            router.insert(&Template::parse(path).unwrap(), accepts, id).unwrap();
        }
        router
    }

    fn binding(router: &Router, method: &str, path: &str) -> Option<usize> {
        match router.find(&method.parse().unwrap(), path) {
            Found::Binding(id, _) => Some(id),
            _ => None,
        }
    }

    #[test]
    fn the_most_literal_template_wins() {
        let router =
            router(&["GET /v1/{id}", "GET /v1/me", "GET /v1/{a}/x", "GET /v1/{name=**}", "GET /v1/me/{b}", "GET /"]);
        assert_eq!(binding(&router, "GET", "/v1/7"), Some(0));
        assert_eq!(binding(&router, "GET", "/v1/me"), Some(1));
        assert_eq!(binding(&router, "GET", "/v1/%6De"), Some(1));
        assert_eq!(binding(&router, "GET", "/v1/7/x"), Some(2));
        assert_eq!(binding(&router, "GET", "/v1/7/y"), Some(3));
        assert_eq!(binding(&router, "GET", "/v1"), Some(3));
        assert_eq!(binding(&router, "GET", "/v1/me/x"), Some(4));
        assert_eq!(binding(&router, "GET", "/v1/me/x/y"), Some(3));
        assert_eq!(binding(&router, "GET", "/"), Some(5));
        let encoded = self::router(&["GET /caf%C3%A9"]);
        assert_eq!(binding(&encoded, "GET", "/caf%c3%a9"), Some(0));
        for path in ["/v2", "/v1/", "/v1//x", "", "v1/7", "*", "//"] {
            assert_eq!(router.find(&Method::GET, path), Found::Nothing, "{path}");
        }
    }

    #[test]
    fn only_registered_verbs_split() {
        let router = router(&[
            "GET /v1/{id}",
            "POST /v1/{id}:start",
            "POST /v1/x:start:now",
            "GET /v1/{id}:a:b",
            "POST /v1/lit:start",
        ]);
        assert_eq!(router.find(&Method::GET, "/v1/user:123"), Found::Binding(0, vec!["v1", "user:123"]));
        assert_eq!(router.find(&Method::POST, "/v1/user:1:start"), Found::Binding(1, vec!["v1", "user:1"]));
        assert_eq!(router.find(&Method::GET, "/v1/u:a:b"), Found::Binding(3, vec!["v1", "u"]));
        assert_eq!(binding(&router, "POST", "/v1/x:start:now"), Some(2));
        assert_eq!(binding(&router, "POST", "/v1/lit:start"), Some(4));
        assert!(matches!(router.find(&Method::GET, "/v1/7:start"), Found::WrongMethod(_)));
        assert_eq!(binding(&router, "POST", "/v1/:start"), None);
    }

    #[test]
    fn wrong_methods_name_the_right_ones() {
        let router = router(&["GET /v1/{id}", "PUT /v1/{id}", "POST /v1/mark", "GET! /v1/otp/{id}", "* /any"]);
        let Found::WrongMethod(allowed) = router.find(&Method::TRACE, "/v1/7") else { panic!() };
        assert_eq!(allowed, [Method::GET, Method::HEAD, Method::PUT, Method::OPTIONS]);
        assert_eq!(binding(&router, "HEAD", "/v1/7"), Some(0));
        let Found::WrongMethod(allowed) = router.find(&Method::HEAD, "/v1/otp/7") else { panic!() };
        assert_eq!(allowed, [Method::GET, Method::OPTIONS]);
        // Spelt out with POST only, so the wildcard beside it does not answer.
        let Found::WrongMethod(allowed) = router.find(&Method::GET, "/v1/mark") else { panic!() };
        assert_eq!(allowed, [Method::POST, Method::OPTIONS]);
        assert_eq!(binding(&router, "PURGE", "/any"), Some(4));
        assert!(matches!(router.find(&Method::OPTIONS, "/any"), Found::WrongMethod(_)));
    }

    #[test]
    fn the_same_shape_twice_is_a_fault() {
        let mut router = router(&["GET /v1/{id}"]);
        let same = Template::parse("/v1/{name}").unwrap();
        assert_eq!(router.insert(&same, Accepts::GetOnly, 1), Err(0));
        assert_eq!(router.insert(&same, Accepts::Any, 1), Ok(()));
        assert_eq!(router.insert(&Template::parse("/v1/{id}:x").unwrap(), Accepts::Method(Method::GET), 2), Ok(()));
    }
}
