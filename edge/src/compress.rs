//! Compressed answers: gzip and zstd, as `Accept-Encoding` asks for them.
//!
//! Only answers whose whole body is known are compressed. A stream goes out as it is: a compressor holds messages back
//! until it has enough of them, and a client waits for each. So do answers that hold text no longer than a packet, types
//! that are compressed already, and gRPC in all its forms, which has a compression of its own.
//!
//! Neither are answers that hold secrets. An attacker who can make a browser send requests, have his text repeated in
//! the answer and see how long it is could guess a secret beside it, letter by letter (BREACH); TLS hides no lengths.
//! The edge does not know what is secret, but services say it: an answer that sets a cookie, or whose service marks it
//! `cache-control: no-store`, is left alone. (The `no-store` that the edge itself adds to every answer says nothing.)

use std::cell::RefCell;
use std::io::{self, Write as _};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header};
use http_body::Body as _;
use http_body_util::BodyExt as _;

use crate::edge::{Body, full};
use crate::headers;
use crate::status::Problem;

/// Shorter bodies go out as they are. With its headers such an answer fits into one packet, so that it arrives no sooner
/// for being shorter, and the many small calls pay nothing. From here on JSON is a third of its length for some 3 µs
/// (zstd) or 12 µs (gzip).
const MIN_BYTES: u64 = 1024;

/// Longer bodies are compressed on a thread where they hold nobody up: gzip takes 2 ms for a megabyte.
const MAX_INLINE_BYTES: usize = 128 * 1024;

/// Level 1 makes JSON as short as level 3 does, and level 3 of gzip is within 3 % of level 6.
const ZSTD_LEVEL: i32 = 1;
const GZIP_LEVEL: u32 = 3;

/// A way to compress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Zstd,
    Gzip,
}

impl Coding {
    fn name(self) -> &'static str {
        match self {
            Coding::Zstd => "zstd",
            Coding::Gzip => "gzip",
        }
    }
}

/// What a client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// What it likes best of what there is, if it likes that at least as well as no compression.
    coding: Option<Coding>,
    /// Whether it takes answers as they are. Nearly everyone does.
    identity: bool,
}

/// How well a client likes each coding, in thousandths; 0 is refused.
struct Liked {
    zstd: u32,
    gzip: u32,
    /// What it says of answers as they are, if it says something.
    identity: Option<u32>,
}

impl Liked {
    fn of(headers: &HeaderMap) -> Liked {
        let (mut zstd, mut gzip, mut identity, mut others) = (None, None, None, None);
        let values = headers.get_all(header::ACCEPT_ENCODING);
        for part in values.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')) {
            let mut parts = part.split(';');
            let name = parts.next().unwrap_or_default().trim();
            let place = if name.eq_ignore_ascii_case("zstd") {
                &mut zstd
            } else if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
                &mut gzip
            } else if name.eq_ignore_ascii_case("identity") {
                &mut identity
            } else if name == "*" {
                &mut others
            } else {
                continue;
            };
            *place = Some(headers::quality(parts));
        }
        // What is not named is what `*` says. Without one it is not accepted, but for identity, which always is.
        Liked {
            zstd: zstd.or(others).unwrap_or(0),
            gzip: gzip.or(others).unwrap_or(0),
            identity: identity.or(others.filter(|quality| *quality == 0)),
        }
    }
}

/// Whether a client takes gzip. Without a word of it, it need not.
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    Liked::of(headers).gzip > 0
}

impl Accepted {
    pub(crate) fn of(headers: &HeaderMap) -> Accepted {
        if !headers.contains_key(header::ACCEPT_ENCODING) {
            return Accepted { coding: None, identity: true };
        }
        let Liked { zstd, gzip, identity } = Liked::of(headers);
        let least = identity.unwrap_or(1);
        let (coding, quality) = if zstd >= gzip { (Coding::Zstd, zstd) } else { (Coding::Gzip, gzip) };
        Accepted { coding: Some(coding).filter(|_| quality > 0 && quality >= least), identity: identity != Some(0) }
    }

    /// Whether there is any form of an answer for this client; a stream has only the plain one.
    pub(crate) fn can_be_served(self, as_stream: bool) -> bool {
        self.identity || (self.coding.is_some() && !as_stream)
    }
}

/// Marks an answer that has the form already in which it is to go out. Files that are kept compressed share their bytes among
/// all who fetch them; compressed for each of them they would be a cheap way to fill the memory.
#[derive(Clone, Copy)]
pub(crate) struct Final;

/// Compresses an answer where that helps.
pub(crate) async fn answer(accepted: Accepted, mut response: Response<Body>) -> Result<Response<Body>, Box<Problem>> {
    if response.extensions_mut().remove::<Final>().is_some() {
        return Ok(response);
    }
    let Some(length) = response.body().size_hint().exact().filter(|length| *length > 0) else { return Ok(response) };
    let headers = response.headers();
    // A secret is sent as it is even to those who say that they take no such form: who would steal it says so, too.
    if is_fixed(headers) || is_secret(headers) || (accepted.identity && !is_text(headers)) {
        return Ok(response);
    }
    // Whether it is compressed or not: the next one for the same URL may be long.
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    let Some(coding) = accepted.coding.filter(|_| length >= MIN_BYTES || !accepted.identity) else {
        return Ok(response);
    };
    let (mut parts, body) = response.into_parts();
    let plain = body.collect().await.map_err(|fault| unreadable(&fault))?.to_bytes();
    let coded = if plain.len() > MAX_INLINE_BYTES {
        let work = tokio::task::spawn_blocking(move || coded(coding, &plain));
        work.await.map_err(|fault| unreadable(&fault))?
    } else {
        coded(coding, &plain)
    };
    let coded = coded.map_err(|fault| unreadable(&fault))?;
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    weaken(&mut parts.headers);
    Ok(Response::from_parts(parts, full(coded)))
}

fn unreadable(fault: &dyn std::fmt::Display) -> Box<Problem> {
    tracing::error!(%fault, "an answer cannot be compressed");
    Problem::internal("internal error")
}

/// Whether the body may not be changed: it is compressed already, a part of something, or framed as gRPC.
fn is_fixed(headers: &HeaderMap) -> bool {
    headers.contains_key(header::CONTENT_ENCODING)
        || headers.contains_key(header::CONTENT_RANGE)
        || media(headers).starts_with("application/grpc")
        || says(headers, "no-transform")
}

fn is_secret(headers: &HeaderMap) -> bool {
    headers.contains_key(header::SET_COOKIE) || says(headers, "no-store")
}

fn says(headers: &HeaderMap, directive: &str) -> bool {
    let values = headers.get_all(header::CACHE_CONTROL);
    let mut directives = values.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    directives.any(|part| part.trim().eq_ignore_ascii_case(directive))
}

/// Types that are text inside. Of all others most are compressed already: images, archives, and documents that are
/// archives by another name.
fn is_text(headers: &HeaderMap) -> bool {
    let media = media(headers);
    media.starts_with("text/")
        || ["+json", "+xml", "+yaml"].iter().any(|suffix| media.ends_with(suffix))
        || matches!(
            media,
            "application/json"
                | "application/javascript"
                | "application/xml"
                | "application/yaml"
                | "application/x-ndjson"
        )
}

fn media(headers: &HeaderMap) -> &str {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// A strong tag names one sequence of bytes, and these are others.
fn weaken(headers: &mut HeaderMap) {
    let Some(tag) = headers.get(header::ETAG).filter(|tag| tag.as_bytes().starts_with(b"\"")) else { return };
    if let Ok(weak) = HeaderValue::from_bytes(&[b"W/", tag.as_bytes()].concat()) {
        headers.insert(header::ETAG, weak);
    }
}

thread_local! {
    /// Making a compressor takes three times as long as compressing a short answer with it.
    static ZSTD: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
}

fn coded(coding: Coding, plain: &[u8]) -> io::Result<Bytes> {
    let coded = match coding {
        Coding::Zstd => ZSTD.with_borrow_mut(|kept| {
            let compressor = match kept {
                Some(compressor) => compressor,
                None => kept.insert(zstd::bulk::Compressor::new(ZSTD_LEVEL)?),
            };
            compressor.compress(plain)
        }),
        Coding::Gzip => {
            let out = Vec::with_capacity(plain.len() / 2);
            let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::new(GZIP_LEVEL));
            encoder.write_all(plain).and_then(|()| encoder.finish())
        }
    };
    coded.map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(values: &[&'static str]) -> Accepted {
        let values = values.iter().map(|value| (header::ACCEPT_ENCODING, HeaderValue::from_static(value)));
        Accepted::of(&values.collect())
    }

    #[test]
    fn gzip_must_be_asked_for() {
        let takes =
            |value: &str| takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, value.parse().unwrap())]));
        assert!(!takes_gzip(&HeaderMap::new()));
        for value in ["gzip", "deflate, GZIP", "br;q=1.0, gzip;q=0.5", "*", "*;q=0, gzip"] {
            assert!(takes(value), "{value}");
        }
        for value in ["", "identity", "br", "gzip;q=0", "gzip; q=0.0, *", "*;q=0"] {
            assert!(!takes(value), "{value}");
        }
    }

    #[test]
    fn the_best_coding_is_chosen() {
        let (zstd, gzip) = (Some(Coding::Zstd), Some(Coding::Gzip));
        for (values, coding, identity) in [
            (&[][..], None, true),
            (&[""], None, true),
            (&["identity"], None, true),
            (&["br"], None, true),
            (&["br, deflate"], None, true),
            (&["gzip"], gzip, true),
            (&["x-gzip"], gzip, true),
            (&["GZip ; Q=0.3"], gzip, true),
            (&["gzip, deflate, br, zstd"], zstd, true),
            (&["gzip", "zstd"], zstd, true),
            (&["gzip;q=1.0, zstd;q=0.9"], gzip, true),
            (&["gzip;q=0"], None, true),
            (&["gzip;q=0.000, zstd;q=0.001"], zstd, true),
            (&["*"], zstd, true),
            (&["*;q=0.1"], zstd, true),
            (&["*, zstd;q=0"], gzip, true),
            (&["*;q=0"], None, false),
            (&["*;q=0, gzip"], gzip, false),
            (&["*;q=0, identity"], None, true),
            (&["identity;q=0"], None, false),
            (&["identity;q=0, *"], zstd, false),
            (&["identity;q=0, br"], None, false),
            (&["identity;q=0, gzip;q=0.1"], gzip, false),
            (&["gzip;q=0.5, identity"], None, true),
            (&["gzip;q=0.5, identity;q=0.5"], gzip, true),
            (&["gzip;q=0.8, *;q=0.5, identity;q=0.1"], gzip, true),
        ] {
            assert_eq!(accepted(values), Accepted { coding, identity }, "{values:?}");
        }
        assert!(accepted(&["br"]).can_be_served(true) && accepted(&["identity;q=0, gzip"]).can_be_served(false));
        assert!(!accepted(&["identity;q=0, gzip"]).can_be_served(true));
        assert!(!accepted(&["identity;q=0, br"]).can_be_served(false));
    }

    #[test]
    fn only_text_that_is_no_secret_is_compressed() {
        let is_compressed = |headers: &[(header::HeaderName, &'static str)]| {
            let map: HeaderMap =
                headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
            !is_fixed(&map) && is_text(&map) && !is_secret(&map)
        };
        for (media, expected) in [
            ("application/json", true),
            ("application/problem+json", true),
            ("text/csv; charset=utf-8", true),
            ("image/svg+xml", true),
            ("application/javascript", true),
            ("image/png", false),
            ("application/pdf", false),
            ("application/zip", false),
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false),
            ("application/octet-stream", false),
            ("application/grpc-web+json", false),
            ("", false),
        ] {
            assert_eq!(is_compressed(&[(header::CONTENT_TYPE, media)]), expected, "{media}");
        }
        let json = (header::CONTENT_TYPE, "application/json");
        for (name, value, expected) in [
            (header::CONTENT_ENCODING, "gzip", false),
            (header::CONTENT_RANGE, "bytes 0-1/2", false),
            (header::SET_COOKIE, "a=1", false),
            (header::CACHE_CONTROL, "private, No-Store", false),
            (header::CACHE_CONTROL, "no-transform", false),
            (header::CACHE_CONTROL, "public, max-age=5", true),
        ] {
            assert_eq!(is_compressed(&[json.clone(), (name.clone(), value)]), expected, "{name}: {value}");
        }
    }
}
