//! Which web pages may talk to the edge.

use http::{HeaderMap, HeaderValue, Method, Uri, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::fault::Fault;
use crate::options::Options;

/// Browsers keep the answer to a preflight for two hours at most.
const PREFLIGHT_SECONDS: u64 = 7_200;

/// Whether the origin of a request, when it has one, is allowed or the edge's own. `None` without an origin.
pub(crate) fn is_allowed(headers: &HeaderMap, uri: &Uri, options: &Options) -> Option<bool> {
    let origin = headers.get(header::ORIGIN)?;
    let Ok(origin) = origin.to_str() else { return Some(false) };
    if options.allowed_origins.iter().any(|allowed| allowed == origin) {
        return Some(true);
    }
    // The edge cannot see whether TLS ended in front of it, so the host and port decide.
    let own = crate::headers::own_host(headers, uri);
    let origin = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    Some(matches!((origin, own), (Some(origin), Some(own)) if origin.eq_ignore_ascii_case(own)))
}

/// The token in the cookie that options name. A cookie comes along with whatever page makes the browser call, so a
/// foreign page's does not count.
pub(crate) fn token_of_cookie<'h>(headers: &'h HeaderMap, uri: &Uri, options: &Options) -> Option<&'h str> {
    let name = options.bearer_cookie.as_deref()?;
    crate::headers::cookie(headers, name).filter(|_| is_allowed(headers, uri, options) != Some(false))
}

/// What is wrong with the allowed origins. Browsers send `scheme://host[:port]` and nothing else.
pub(crate) fn faults(options: &Options) -> Vec<Fault> {
    let is_origin = |text: &str| {
        let Some((scheme, host)) = text.split_once("://") else { return false };
        !scheme.is_empty() && !host.is_empty() && !host.contains(['/', '*', '?', '#', ' ']) && host.is_ascii()
    };
    let faulty = options.allowed_origins.iter().filter(|origin| !is_origin(origin));
    let fault = |origin: &String| Fault {
        method: "(options)".to_owned(),
        rule: format!("allowed_origins {origin:?}"),
        what: "must be scheme://host or scheme://host:port; there are no wildcards".to_owned(),
    };
    faulty.map(fault).collect()
}

/// CORS for REST and grpc-web: exact origins, because credentials are allowed.
pub(crate) fn cors(options: &Options) -> CorsLayer {
    let origins: Vec<HeaderValue> =
        options.allowed_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    let mut request_headers: Vec<header::HeaderName> = [
        "accept",
        "accept-language",
        "authorization",
        "baggage",
        "content-type",
        "grpc-timeout",
        "last-event-id",
        "traceparent",
        "tracestate",
        "x-grpc-web",
        "x-request-id",
        "x-user-agent",
    ]
    .into_iter()
    .map(header::HeaderName::from_static)
    .collect();
    request_headers.extend(options.request_metadata.iter().cloned());
    let mut exposed: Vec<header::HeaderName> = [
        "content-disposition",
        "etag",
        "grpc-message",
        "grpc-status",
        "grpc-status-details-bin",
        "location",
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "www-authenticate",
        "x-request-id",
    ]
    .into_iter()
    .map(header::HeaderName::from_static)
    .collect();
    for name in options.response_headers.iter().filter(|name| *name != header::SET_COOKIE) {
        if !exposed.contains(name) {
            exposed.push(name.clone());
        }
    }
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(request_headers)
        .expose_headers(exposed)
        .max_age(std::time::Duration::from_secs(PREFLIGHT_SECONDS))
}
