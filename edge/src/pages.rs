//! What shows the API to people and tools: the OpenAPI document at `/openapi.json`, and, with the feature `pages`, the
//! pages that render it. All of it is made at start and then only sent.

mod resource;
#[cfg(feature = "pages")]
mod viewers;

use std::collections::HashMap;

use percent_encoding::percent_decode_str;

use crate::rule::{Segment, Template};
pub(crate) use resource::Resource;

const DOCUMENT: &str = "/openapi.json";

/// The document and its pages.
pub(crate) struct Pages {
    by_path: HashMap<String, Resource>,
}

impl Pages {
    /// `document` is OpenAPI as JSON, `title` what the pages are called.
    pub(crate) fn new(title: &str, document: &[u8]) -> Pages {
        // Tools ask for JSON; the type that OpenAPI has of its own is known to few.
        let document = (DOCUMENT.to_owned(), Resource::made("application/json", document));
        Pages { by_path: viewers::files(title).into_iter().chain([document]).collect() }
    }

    /// The file at a path, as it came over the wire.
    pub(crate) fn at(&self, path: &str) -> Option<&Resource> {
        self.by_path.get(path)
    }
}

/// Whether a rule spells out the path of a page. A wildcard may cover one, and the page is served, as a literal is.
pub(crate) fn clashes(template: &Template) -> bool {
    let mut path = String::new();
    for segment in &template.segments {
        let Segment::Literal(text) = segment else { return false };
        path.push('/');
        path.push_str(&percent_decode_str(text).decode_utf8_lossy());
    }
    template.verb.is_none() && (path == DOCUMENT || viewers::PATHS.contains(&path.as_str()))
}

/// No pages, and nothing that belongs to them.
#[cfg(not(feature = "pages"))]
mod viewers {
    pub(super) const PATHS: [&str; 0] = [];

    pub(super) fn files(_title: &str) -> [(String, super::Resource); 0] {
        []
    }
}
