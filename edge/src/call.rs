//! One call upstream: bytes in, bytes out, with tonic's client doing the gRPC framing.

use std::time::Duration;

use bytes::{Buf, BufMut, Bytes};
use futures_util::Stream;
use http::{Extensions, HeaderMap};
use tonic::client::Grpc;
use tonic::codec::{BufferSettings, Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status, Streaming};

use crate::binding::Binding;
use crate::guard::Guarded;
use crate::headers;

/// A codec for messages that are bytes already.
#[derive(Clone, Copy, Default)]
struct PassThrough;

impl Codec for PassThrough {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = PassThrough;
    type Decoder = PassThrough;

    fn encoder(&mut self) -> PassThrough {
        PassThrough
    }

    fn decoder(&mut self) -> PassThrough {
        PassThrough
    }
}

/// Small messages are the rule: a call begins with buffers of half a kilobyte, which grow where they must, rather than with
/// tonic's two of 8 KiB.
fn buffers() -> BufferSettings {
    BufferSettings::new(512, 32 * 1024)
}

impl Encoder for PassThrough {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }

    fn buffer_settings(&self) -> BufferSettings {
        buffers()
    }
}

impl Decoder for PassThrough {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, frame: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(frame.copy_to_bytes(frame.remaining())))
    }

    fn buffer_settings(&self) -> BufferSettings {
        buffers()
    }
}

/// The part of an HTTP request that goes upstream beside the message.
#[derive(Clone)]
pub(crate) struct Passed {
    pub(crate) metadata: HeaderMap,
    pub(crate) extensions: Extensions,
    pub(crate) timeout: Option<Duration>,
}

pub(crate) struct Caller {
    pub(crate) upstream: Guarded,
    pub(crate) max_response_bytes: usize,
}

impl Caller {
    fn client(&self) -> Grpc<Guarded> {
        Grpc::new(self.upstream.clone())
            .max_decoding_message_size(self.max_response_bytes)
            .max_encoding_message_size(usize::MAX)
    }

    fn request<T>(passed: Passed, message: T) -> Request<T> {
        let mut metadata = passed.metadata;
        if let Some(timeout) = passed.timeout {
            metadata.insert("grpc-timeout", headers::grpc_timeout_value(timeout));
        }
        Request::from_parts(MetadataMap::from_headers(metadata), passed.extensions, message)
    }

    pub(crate) async fn unary(
        &self,
        binding: &Binding,
        passed: Passed,
        message: Bytes,
    ) -> Result<Response<Bytes>, Status> {
        self.client().unary(Self::request(passed, message), binding.path.clone(), PassThrough).await
    }

    /// A stream of requests with one answer.
    pub(crate) async fn client_stream(
        &self,
        binding: &Binding,
        passed: Passed,
        messages: impl Stream<Item = Bytes> + Send + 'static,
    ) -> Result<Response<Bytes>, Status> {
        self.client().client_streaming(Self::request(passed, messages), binding.path.clone(), PassThrough).await
    }

    pub(crate) async fn stream(
        &self,
        binding: &Binding,
        passed: Passed,
        message: Bytes,
    ) -> Result<Response<Streaming<Bytes>>, Status> {
        self.client().server_streaming(Self::request(passed, message), binding.path.clone(), PassThrough).await
    }
}
