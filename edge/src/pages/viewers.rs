//! The pages that show the document: Swagger UI at `/docs` and `/apidocs`, ReDoc at `/redoc`. They and all that they need
//! come from here. Nothing is asked of another host, and no script stands in a page, so a strict policy holds for them.

use super::resource::Resource;

/// Where the pages are.
pub(super) const PATHS: [&str; 4] = ["/docs", "/apidocs", "/redoc", LICENCES];

/// Where everything that the pages need is.
pub(super) const ASSETS: &str = "/docs-assets/";

/// Whoever gets the binary gets the licences of what is in it.
const LICENCES: &str = "/docs-assets/licences.txt";

/// What Swagger UI may do: run what is served here, and call what is served here.
const SWAGGER_UI_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The same for ReDoc. It brings two styles in its script, an empty one that it fills as it goes and that of its scroll
/// bars, and searches in a worker that it makes from a text.
const REDOC_POLICY: &str = "default-src 'none'; script-src 'self'; worker-src blob:; \
     style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' \
     'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PAGE: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

const LICENCE_TEXTS: &str = concat!(
    "Swagger UI\n==========\n\n",
    include_str!("../../assets/swagger-ui/NOTICE"),
    "\n",
    include_str!("../../assets/swagger-ui/LICENSE"),
    "\n",
    include_str!("../../assets/swagger-ui/swagger-ui-bundle.js.LICENSE.txt"),
    "\n\nReDoc\n=====\n\n",
    include_str!("../../assets/redoc/LICENSE"),
    "\n",
    include_str!("../../assets/redoc/redoc.standalone.js.LICENSE.txt"),
    "\n",
    include_str!("../../assets/redoc/worker.js.LICENSE.txt"),
);

/// The pages and what belongs to them, with their paths.
pub(super) fn files(title: &str) -> Vec<(String, Resource)> {
    let mut files = Vec::new();
    let mut docs = include_str!("../../assets/pages/docs.html").to_owned();
    let mut redoc = include_str!("../../assets/pages/redoc.html").to_owned();
    for (name, asset) in assets() {
        // The pages name them as they are in the tree; clients are to see a new path when one of them changes.
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
        let path = format!("docs-assets/{stem}.{}.{end}", asset.tag());
        let quoted = format!("\"docs-assets/{name}\"");
        docs = docs.replace(&quoted, &format!("\"{path}\""));
        redoc = redoc.replace(&quoted, &format!("\"{path}\""));
        files.push((format!("/{path}"), asset.forever()));
    }
    let title = escaped(title);
    let docs = docs.replace("{title}", &title);
    let redoc = redoc.replace("{title}", &title);
    let page = |html: &str, policy| Resource::made(PAGE, html.as_bytes()).page(policy);
    files.push(("/docs".to_owned(), page(&docs, SWAGGER_UI_POLICY)));
    files.push(("/apidocs".to_owned(), page(&docs, SWAGGER_UI_POLICY)));
    files.push(("/redoc".to_owned(), page(&redoc, REDOC_POLICY)));
    files.push((LICENCES.to_owned(), Resource::made(TEXT, LICENCE_TEXTS.as_bytes())));
    files
}

fn assets() -> [(&'static str, Resource); 7] {
    let stored = Resource::stored;
    let made = |media, text: &str| Resource::made(media, text.as_bytes());
    [
        ("swagger-ui-bundle.js", stored(SCRIPT, include_bytes!("../../assets/swagger-ui/swagger-ui-bundle.js.gz"))),
        ("swagger-ui.css", stored(STYLE, include_bytes!("../../assets/swagger-ui/swagger-ui.css.gz"))),
        ("redoc.standalone.js", stored(SCRIPT, include_bytes!("../../assets/redoc/redoc.standalone.js.gz"))),
        ("docs.js", made(SCRIPT, include_str!("../../assets/pages/docs.js"))),
        ("docs.css", made(STYLE, include_str!("../../assets/pages/docs.css"))),
        ("redoc.js", made(SCRIPT, include_str!("../../assets/pages/redoc.js"))),
        ("redoc.css", made(STYLE, include_str!("../../assets/pages/redoc.css"))),
    ]
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
