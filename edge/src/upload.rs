//! A request body that goes upstream as it comes, for an RPC that takes a stream of `google.api.HttpBody`.
//!
//! Nothing is collected: an upstream that reads slowly holds back its client. The first message carries the content type and
//! what the path and the query say, the ones after it nothing but bytes; an empty body is one message without bytes. A body
//! that breaks off or is too long cancels the call, so that an upstream never takes a part for the whole.

use bytes::Bytes;
use futures_util::Stream;
use http::HeaderMap;
use http::request::Parts;
use http_body_util::BodyExt as _;
use tokio::sync::oneshot;
use tonic::{Response, Status};

use crate::binding::{self, Binding};
use crate::call::Passed;
use crate::edge::{Body, Core};
use crate::request::{self, Beside};
use crate::status::Problem;
use crate::wire::{self, begin_len, end_len, put_tag};

pub(crate) async fn call(
    core: &Core,
    binding: &Binding,
    segments: &[&str],
    parts: &Parts,
    body: Body,
    passed: Passed,
) -> Result<Result<Response<Bytes>, Status>, Box<Problem>> {
    let beside = request::beside(core, binding, segments, parts)?;
    request::check_declared(&parts.headers, binding)?;
    let (fault, broken) = oneshot::channel();
    let number = match binding.body {
        binding::Body::RawField(place) => Some(core.plan.messages[binding.input].fields[place].number),
        _ => None,
    };
    let upload = Upload {
        body,
        opening: Some((beside, parts.headers.clone())),
        number,
        read: 0,
        limit: binding.limits.max_request_bytes,
        fault,
    };
    tokio::select! {
        biased;
        Ok(problem) = broken => Err(problem),
        answer = core.caller.client_stream(binding, passed, upload.messages()) => Ok(answer),
    }
}

/// A body on its way.
struct Upload {
    body: Body,
    /// What the first message says beside its bytes.
    opening: Option<(Beside, HeaderMap)>,
    /// The field that is the body, where the message is not.
    number: Option<u32>,
    read: usize,
    limit: usize,
    fault: oneshot::Sender<Box<Problem>>,
}

impl Upload {
    fn messages(self) -> impl Stream<Item = Bytes> + Send + 'static {
        futures_util::stream::unfold(self, |mut upload| async {
            match upload.next().await {
                Ok(Some(message)) => Some((message, upload)),
                Ok(None) => None,
                Err(problem) => {
                    // Whoever reads this stream is dropped by whoever hears of the fault; an end would look like success.
                    let _gone = upload.fault.send(problem);
                    std::future::pending().await
                }
            }
        })
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Box<Problem>> {
        while let Some(frame) = self.body.frame().await {
            let Ok(data) = frame.map_err(|_| request::incomplete())?.into_data() else { continue };
            self.read += data.len();
            if self.read > self.limit {
                return Err(request::too_large(self.limit));
            }
            if !data.is_empty() {
                return Ok(Some(self.message(&data)));
            }
        }
        Ok(self.opening.is_some().then(|| self.message(&Bytes::new())))
    }

    fn message(&mut self, data: &Bytes) -> Bytes {
        let opening = self.opening.take();
        let (mut out, tail, headers) = match opening {
            Some((beside, headers)) => (beside.head, beside.tail, Some(headers)),
            None => (Vec::with_capacity(data.len() + 16), Vec::new(), None),
        };
        match self.number {
            None => request::put_raw(headers.as_ref(), data, &mut out),
            Some(number) => {
                put_tag(&mut out, number, wire::LEN);
                let at = begin_len(&mut out);
                request::put_raw(headers.as_ref(), data, &mut out);
                end_len(&mut out, at);
            }
        }
        out.extend_from_slice(&tail);
        Bytes::from(out)
    }
}
