//! One file that is served as it is. It is kept gzipped, as nearly every client takes it, and has a name for its content
//! (its tag), so that a client that has it is told so instead of getting it again.

use std::hash::{DefaultHasher, Hasher as _};
use std::io::{Read as _, Write as _};
use std::sync::OnceLock;

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use crate::compress::{Final, takes_gzip};
use crate::edge::{Body, full};

/// A file, ready to be sent.
pub(crate) struct Resource {
    media: HeaderValue,
    cache: &'static str,
    policy: Option<HeaderValue>,
    tag: String,
    gzipped: Bytes,
    /// For the few that do not take gzip, made when the first of them comes.
    plain: OnceLock<Bytes>,
}

impl Resource {
    /// A file that was made just now, or is too small to be stored gzipped.
    pub(super) fn made(media: &'static str, plain: &[u8]) -> Resource {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        let gzipped = encoder.write_all(plain).and_then(|()| encoder.finish());
        Self::new(media, Bytes::from(gzipped.expect("a Vec takes all that is written")))
    }

    fn new(media: &'static str, gzipped: Bytes) -> Resource {
        // Nobody gains by two contents with the same tag, so it need not withstand somebody who looks for them.
        let mut hasher = DefaultHasher::new();
        hasher.write(&gzipped);
        let tag = format!("{:016x}", hasher.finish());
        let media = HeaderValue::from_static(media);
        // The next version of the server has another file at the same path, so clients are to ask.
        Resource { media, cache: "no-cache", policy: None, tag, gzipped, plain: OnceLock::new() }
    }

    /// The answer to somebody who sent these headers.
    pub(crate) fn answer(&self, asked: &HeaderMap) -> Response<Body> {
        let gzip = takes_gzip(asked);
        // Both forms are different bytes, so a strong tag must tell them apart.
        let tag = if gzip { format!("\"{}-gzip\"", self.tag) } else { format!("\"{}\"", self.tag) };
        let mut response = Response::new(Body::default());
        response.extensions_mut().insert(Final);
        let told = response.headers_mut();
        told.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.cache));
        told.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(policy) = &self.policy {
            told.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
        }
        let unchanged = has(asked, &tag);
        told.insert(header::ETAG, HeaderValue::try_from(tag).expect("digits are a header value"));
        if unchanged {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        told.insert(header::CONTENT_TYPE, self.media.clone());
        if gzip {
            told.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        *response.body_mut() = full(if gzip { self.gzipped.clone() } else { self.plain() });
        response
    }

    fn plain(&self) -> Bytes {
        let unpacked = || {
            let mut plain = Vec::new();
            GzDecoder::new(&*self.gzipped).read_to_end(&mut plain).expect("a stored file is whole");
            Bytes::from(plain)
        };
        self.plain.get_or_init(unpacked).clone()
    }
}

/// What the pages and their assets are beyond that.
#[cfg(feature = "pages")]
impl Resource {
    /// A file that is stored gzipped.
    pub(super) fn stored(media: &'static str, gzipped: &'static [u8]) -> Resource {
        Self::new(media, Bytes::from_static(gzipped))
    }

    /// The same, at a path that names its content, so that nobody need ask again.
    pub(super) fn forever(mut self) -> Resource {
        self.cache = "public, max-age=31536000, immutable";
        self
    }

    /// The same as a page that may do what a content security policy says.
    pub(super) fn page(mut self, policy: &'static str) -> Resource {
        self.policy = Some(HeaderValue::from_static(policy));
        self
    }

    /// A name for the content.
    pub(super) fn tag(&self) -> &str {
        &self.tag
    }
}

/// Whether the client has this already.
fn has(asked: &HeaderMap, tag: &str) -> bool {
    let tags = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    tags.flat_map(|value| value.split(',')).map(str::trim).any(|one| {
        // A proxy that changed the encoding makes a tag weak; for this question that is as good.
        one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn what_a_client_has_is_not_sent_again() {
        let tagged = |value: &str| has(&asked(header::IF_NONE_MATCH, value), "\"a\"");
        assert!(!has(&HeaderMap::new(), "\"a\""));
        for value in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert!(tagged(value), "{value}");
        }
        for value in ["\"b\"", "a", "", "\"a-gzip\""] {
            assert!(!tagged(value), "{value}");
        }
    }
}
