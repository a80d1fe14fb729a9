//! What shows the API to people and tools: the OpenAPI document at `/openapi.json`, and, with the feature `pages`, the
//! pages that render it. All of it is made when somebody first asks for it, and then only sent: an edge that shows nothing to
//! people needs no memory for it.

mod resource;
#[cfg(feature = "pages")]
mod viewers;

use std::collections::HashMap;
use std::sync::OnceLock;

use percent_encoding::percent_decode_str;

use crate::rule::{Segment, Template};
pub(crate) use resource::Resource;

const DOCUMENT: &str = "/openapi.json";

/// The document and its pages, by their paths.
#[derive(Default)]
pub(crate) struct Pages(OnceLock<HashMap<String, Resource>>);

impl Pages {
    /// The file at a path, as it came over the wire. `title` is what the pages are called, `document` OpenAPI as JSON.
    pub(crate) fn at(&self, path: &str, title: &str, document: impl FnOnce() -> Vec<u8>) -> Option<&Resource> {
        if path != DOCUMENT && !viewers::PATHS.contains(&path) && !path.starts_with(viewers::ASSETS) {
            return None;
        }
        let files = self.0.get_or_init(|| {
            // Tools ask for JSON; the type that OpenAPI has of its own is known to few.
            let document = (DOCUMENT.to_owned(), Resource::made("application/json", &document()));
            viewers::files(title).into_iter().chain([document]).collect()
        });
        files.get(path)
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
    pub(super) const ASSETS: &str = "/docs-assets/";

    pub(super) fn files(_title: &str) -> [(String, super::Resource); 0] {
        []
    }
}
