//! The text form of grpc-web requests: base64, in as many parts as the client likes, each with a padding of its own, cut up
//! by the network wherever it likes.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body::Frame;
use http_body_util::BodyExt as _;
use tower::BoxError;

use crate::edge::Body;

/// The bytes of a body in base64.
pub(crate) fn decoded(inner: Body) -> Body {
    Decoded { inner, rest: Vec::new() }.boxed_unsync()
}

struct Decoded {
    inner: Body,
    /// What is less than a group of four.
    rest: Vec<u8>,
}

impl http_body::Body for Decoded {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        loop {
            let Some(frame) = ready!(Pin::new(&mut this.inner).poll_frame(context)) else {
                let ended = this.rest.is_empty();
                this.rest.clear();
                return Poll::Ready((!ended).then(|| Err("the base64 of the body ends too soon".into())));
            };
            let Ok(data) = frame?.into_data() else { continue };
            this.rest.extend_from_slice(&data);
            let whole = this.rest.len() / 4 * 4;
            if whole > 0 {
                let bytes = parts(&this.rest[..whole])?;
                this.rest.drain(..whole);
                return Poll::Ready(Some(Ok(Frame::data(Bytes::from(bytes)))));
            }
        }
    }
}

/// Decodes parts that follow each other. Only the last group of each has padding.
fn parts(mut text: &[u8]) -> Result<Vec<u8>, BoxError> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    while !text.is_empty() {
        let end = text.iter().position(|byte| *byte == b'=').map_or(text.len(), |padding| (padding / 4 + 1) * 4);
        let (part, more) = text.split_at(end.min(text.len()));
        STANDARD.decode_vec(part, &mut bytes)?;
        text = more;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other() {
        for (text, expected) in [
            ("", Some("")),
            ("YWJj", Some("abc")),
            ("YQ==YWI=YWJjYQ==", Some("aababca")),
            ("YQ==", Some("a")),
            ("Y===", None),
            ("====", None),
            ("YQ=a", None),
            ("YQ!=", None),
        ] {
            let bytes = parts(text.as_bytes()).ok();
            assert_eq!(bytes, expected.map(|text| text.as_bytes().to_vec()), "{text}");
        }
    }
}
