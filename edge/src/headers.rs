//! Headers in both directions. Only what is named goes through: a client must not be able to set metadata that
//! services trust, and a service's internals must not become headers.

use std::net::IpAddr;
use std::time::Duration;

use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri};
use tonic::metadata::MetadataMap;

use crate::address::{ClientAddr, PeerAddr, client_address};
use crate::options::Options;

/// Headers that always go upstream.
const PASSED: [&str; 6] = ["authorization", "traceparent", "tracestate", "baggage", "accept-language", "user-agent"];

/// Headers that belong to one connection, or that the edge sets itself. Not even options can let them through.
const NEVER: [&str; 17] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "host",
    "content-length",
    "content-type",
    "content-encoding",
    "accept-encoding",
    "expect",
    "x-forwarded-for",
    "x-forwarded-proto",
];

const REQUEST_ID: &str = "x-request-id";

/// The metadata for an upstream from the headers of a request.
pub(crate) fn request_metadata(headers: &HeaderMap, options: &Options) -> HeaderMap {
    let mut metadata = HeaderMap::with_capacity(16);
    let told = options.request_metadata.iter().filter(|name| may_pass(name));
    let built_in = PASSED.iter().map(|name| HeaderName::from_static(name));
    for name in built_in.chain(told.cloned()) {
        if metadata.contains_key(&name) {
            continue;
        }
        for value in headers.get_all(&name) {
            // Binary metadata is base64 in gRPC as well, so what is valid goes through as it stands.
            if name.as_str().ends_with("-bin") && !is_base64(value) {
                continue;
            }
            metadata.append(name.clone(), value.clone());
        }
    }
    if let Some(id) = request_id(headers) {
        metadata.insert(REQUEST_ID, id.clone());
    }
    metadata
}

fn may_pass(name: &HeaderName) -> bool {
    !NEVER.contains(&name.as_str()) && !name.as_str().starts_with("grpc-")
}

fn is_base64(value: &HeaderValue) -> bool {
    value.to_str().is_ok_and(|text| crate::json::scalar::bytes(text).is_ok())
}

/// A client's request id, if it is one that may stand in a log.
pub fn request_id(headers: &HeaderMap) -> Option<&HeaderValue> {
    let value = headers.get(REQUEST_ID)?;
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/+=~".contains(byte);
    let bytes = value.as_bytes();
    ((1..=128).contains(&bytes.len()) && bytes.iter().all(allowed)).then_some(value)
}

/// An id for a request that has none.
pub(crate) fn new_request_id() -> HeaderValue {
    HeaderValue::try_from(uuid::Uuid::now_v7().to_string()).expect("a UUID's text is a header value")
}

/// Adds what services are told about the way a request took: the client's address and the scheme and host it used.
pub(crate) fn add_origin<B>(request: &Request<B>, options: &Options, metadata: &mut HeaderMap) -> Option<IpAddr> {
    let headers = request.headers();
    let peer = request.extensions().get::<PeerAddr>().map(|peer| peer.0.ip().to_canonical());
    let client = peer.map(|peer| client_address(peer, headers, &options.trusted_proxies));
    metadata.remove("x-forwarded-for");
    if let Some(value) = client.and_then(|client| HeaderValue::from_str(&client.to_string()).ok()) {
        metadata.insert("x-forwarded-for", value);
    }
    if let Some(host) = own_host(headers, request.uri()).and_then(|host| HeaderValue::from_str(host).ok()) {
        metadata.insert("x-forwarded-host", host);
    }
    let trusted = peer.is_some_and(|peer| options.trusted_proxies.iter().any(|net| net.contains(&peer)));
    let scheme = match headers.get("x-forwarded-proto").filter(|_| trusted) {
        Some(value) if value == "https" => "https",
        _ => "http",
    };
    metadata.insert("x-forwarded-proto", HeaderValue::from_static(scheme));
    client
}

/// The host and port that a client calls the edge by. What the target of a request says goes before the header, as RFC
/// 9112 has it.
pub(crate) fn own_host<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> Option<&'r str> {
    let authority = uri.authority().map(|authority| authority.as_str().rsplit('@').next().unwrap_or_default());
    authority.or_else(|| headers.get(header::HOST)?.to_str().ok())
}

/// A header that is there more than once and says who asks or what for: another part on the way could go by another one
/// of them.
pub(crate) fn repeated(headers: &HeaderMap) -> Option<HeaderName> {
    let single = [header::AUTHORIZATION, header::CONTENT_TYPE, header::HOST];
    single.into_iter().find(|name| headers.get_all(name).iter().nth(1).is_some())
}

/// The extensions of a call that goes upstream in the same process.
pub(crate) fn upstream_extensions(peer: Option<PeerAddr>, client: Option<IpAddr>) -> http::Extensions {
    let mut extensions = http::Extensions::new();
    if let Some(peer) = peer {
        extensions.insert(peer);
    }
    if let Some(client) = client {
        extensions.insert(ClientAddr(client));
    }
    extensions
}

/// Takes what belongs to one connection out of headers that are passed on as a whole.
pub(crate) fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "trailer"] {
        headers.remove(name);
    }
}

/// Turns the metadata that may be seen into headers. Returns the status that the service chose, if it did.
pub(crate) fn response_headers(
    metadata: &MetadataMap,
    options: &Options,
    headers: &mut HeaderMap,
) -> Option<StatusCode> {
    let metadata = metadata.as_ref();
    let request_id = HeaderName::from_static(REQUEST_ID);
    for name in options.response_headers.iter().filter(|name| may_pass(name)).chain([&request_id]) {
        if headers.contains_key(name) {
            continue;
        }
        for value in metadata.get_all(name) {
            headers.append(name.clone(), value.clone());
        }
    }
    let status = metadata.get("x-http-code")?.to_str().ok()?.parse::<u16>().ok()?;
    StatusCode::from_u16(status).ok().filter(|status| status.as_u16() >= 200)
}

/// What every answer carries. Those of the API are no pages, and none of them may be kept; a page has said what it may do.
pub(crate) fn secure(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(nothing);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// The deadline that a client asks for.
pub fn grpc_timeout(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let unit = text.chars().next_back()?;
    let digits = &text[..text.len() - unit.len_utf8()];
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let amount: u64 = digits.parse().ok()?;
    match unit {
        'H' => Some(Duration::from_secs(amount * 3_600)),
        'M' => Some(Duration::from_secs(amount * 60)),
        'S' => Some(Duration::from_secs(amount)),
        'm' => Some(Duration::from_millis(amount)),
        'u' => Some(Duration::from_micros(amount)),
        'n' => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

/// A deadline in the finest unit whose eight digits hold it.
pub(crate) fn grpc_timeout_value(timeout: Duration) -> HeaderValue {
    let units: [(u128, char); 6] = [
        (timeout.as_nanos(), 'n'),
        (timeout.as_micros(), 'u'),
        (timeout.as_millis(), 'm'),
        (u128::from(timeout.as_secs()), 'S'),
        (u128::from(timeout.as_secs() / 60), 'M'),
        (u128::from(timeout.as_secs() / 3_600), 'H'),
    ];
    let fitting = units.iter().find(|(amount, _)| *amount <= 99_999_999);
    let text = fitting.map_or_else(|| "99999999H".to_owned(), |(amount, unit)| format!("{amount}{unit}"));
    HeaderValue::try_from(text).expect("digits and a letter are a header value")
}

/// The media type of a request without its parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let media = value.split(';').next().unwrap_or_default();
    Some(media.trim().to_ascii_lowercase())
}

/// The best of the offered media types for a client, the first on a tie, or nothing when it takes none of them.
pub(crate) fn accepted<'o>(headers: &HeaderMap, offered: &[&'o str]) -> Option<&'o str> {
    let ranges: Vec<(String, u32)> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter(|range| !range.trim().is_empty())
        .map(media_range)
        .collect();
    if ranges.is_empty() {
        return offered.first().copied();
    }
    let mut best: Option<(&'o str, (u32, u32))> = None;
    for media in offered {
        let family = media.split('/').next().unwrap_or_default();
        // The most precise range decides, as RFC 9110 has it; a type that is named beats one that is only covered.
        let found = ranges
            .iter()
            .filter_map(|(range, quality)| {
                let precision = if range == media {
                    2
                } else if range.strip_suffix("/*") == Some(family) {
                    1
                } else if range == "*/*" {
                    0
                } else {
                    return None;
                };
                Some((precision, *quality))
            })
            .max_by_key(|(precision, _)| *precision);
        let Some((precision, quality)) = found.filter(|(_, quality)| *quality > 0) else { continue };
        if best.is_none_or(|(_, rank)| (quality, precision) > rank) {
            best = Some((media, (quality, precision)));
        }
    }
    best.map(|(media, _)| media)
}

/// A range and its quality.
fn media_range(range: &str) -> (String, u32) {
    let mut parts = range.split(';');
    let media = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    (media, quality(parts))
}

/// The quality among the parameters of something that a client accepts, in thousandths.
pub(crate) fn quality<'p>(parameters: impl Iterator<Item = &'p str>) -> u32 {
    let quality = parameters
        .filter_map(|parameter| parameter.trim().strip_prefix("q=").or_else(|| parameter.trim().strip_prefix("Q=")))
        .find_map(|quality| quality.trim().parse::<f32>().ok())
        .unwrap_or(1.0);
    (quality.clamp(0.0, 1.0) * 1_000.0).round() as u32
}

/// A token as an `authorization` header.
pub(crate) fn bearer(token: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("Bearer {token}")).ok()
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_named_headers_go_upstream() {
        let options = Options {
            request_metadata: vec![
                "cookie".parse().unwrap(),
                "connection".parse().unwrap(),
                "key-bin".parse().unwrap(),
            ],
            ..Options::default()
        };
        let metadata = request_metadata(
            &headers(&[
                ("authorization", "Bearer x"),
                ("cookie", "a=b"),
                ("connection", "close"),
                ("x-internal", "1"),
                ("grpc-metadata-role", "admin"),
                ("key-bin", "AA=="),
                ("x-request-id", "abc"),
                ("te", "trailers"),
            ]),
            &options,
        );
        let mut names: Vec<&str> = metadata.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["authorization", "cookie", "key-bin", "x-request-id"]);
        assert!(request_metadata(&headers(&[("key-bin", "%")]), &options).is_empty());
        assert!(request_metadata(&headers(&[("x-request-id", "a b")]), &options).is_empty());
    }

    #[test]
    fn timeouts_go_both_ways() {
        for (text, timeout) in [
            ("1n", Duration::from_nanos(1)),
            ("5S", Duration::from_secs(5)),
            ("99999999H", Duration::from_secs(99_999_999 * 3_600)),
        ] {
            assert_eq!(grpc_timeout(&headers(&[("grpc-timeout", text)])), Some(timeout));
        }
        for bad in ["", "5", "S", "-1S", "123456789S", "5s", "1.5S"] {
            assert_eq!(grpc_timeout(&headers(&[("grpc-timeout", bad)])), None, "{bad}");
        }
        assert_eq!(grpc_timeout_value(Duration::from_secs(5)), "5000000u");
        assert_eq!(grpc_timeout_value(Duration::from_secs(60)), "60000000u");
        assert_eq!(grpc_timeout_value(Duration::from_nanos(7)), "7n");
        assert_eq!(grpc_timeout_value(Duration::MAX), "99999999H");
    }

    #[test]
    fn accept_is_weighed() {
        let offered = ["application/x-ndjson", "text/event-stream", "application/json"];
        let best = |accept: &str| accepted(&headers(&[("accept", accept)]), &offered);
        assert_eq!(accepted(&HeaderMap::new(), &offered), Some("application/x-ndjson"));
        assert_eq!(best("*/*"), Some("application/x-ndjson"));
        assert_eq!(best("text/event-stream"), Some("text/event-stream"));
        assert_eq!(best("application/json, */*;q=0.1"), Some("application/json"));
        assert_eq!(best("application/json;q=0.5, text/*;q=0.6"), Some("text/event-stream"));
        assert_eq!(best("Application/JSON, */*"), Some("application/json"));
        assert_eq!(best("*/*, application/x-ndjson;q=0"), Some("text/event-stream"));
        assert_eq!(best("text/html, image/*"), None);
    }

    #[test]
    fn metadata_becomes_headers_by_name() {
        let options = Options { response_headers: vec!["set-cookie".parse().unwrap()], ..Options::default() };
        let metadata = MetadataMap::from_headers(headers(&[
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("x-secret", "1"),
            ("x-request-id", "r"),
            ("x-http-code", "201"),
        ]));
        let mut out = HeaderMap::new();
        assert_eq!(response_headers(&metadata, &options, &mut out), Some(StatusCode::CREATED));
        assert_eq!(out.get_all("set-cookie").iter().count(), 2);
        assert_eq!(out.len(), 3);
        assert_eq!(cookie(&headers(&[("cookie", "x=1; tok=abc=; y=2")]), "tok"), Some("abc="));
    }

    #[test]
    fn hop_by_hop_headers_stay() {
        let mut map = headers(&[("connection", "close, x-hop"), ("x-hop", "1"), ("upgrade", "h2c"), ("x-kept", "1")]);
        remove_hop_by_hop(&mut map);
        assert_eq!(map.len(), 1);
    }
}
