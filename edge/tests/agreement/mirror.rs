//! An edge whose service notes what it is asked and answers what it was told, so that a test sees either side of the
//! translation without reaching inside.

use std::cell::OnceCell;
use std::convert::Infallible;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use prost_reflect::{DescriptorPool, MessageDescriptor};
use rollcall_edge::{Edge, JsonInput, MethodLimits, Options, Upstream, in_process};
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tower::{Service as _, service_fn};

pub static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    // This file belongs to two crates, the edge and, one folder below it, its fuzz targets.
    let root = env!("CARGO_MANIFEST_DIR").trim_end_matches("/fuzz");
    let mut compiler = protox::Compiler::new([format!("{root}/tests/proto"), format!("{root}/../proto")]).unwrap();
    compiler.include_imports(true).open_files(["mirror.proto", "echo.proto"]).unwrap();
    compiler.descriptor_pool()
});

/// The type that holds every other one.
pub fn everything() -> MessageDescriptor {
    POOL.get_message_by_name("edge.test.v1.Everything").unwrap()
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

pub struct Mirror {
    lenient: Edge,
    strict: Edge,
    runtime: tokio::runtime::Runtime,
    told: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    /// The request as it came, unless there is something else to say.
    answer: Option<Bytes>,
    heard: Bytes,
}

impl Mirror {
    pub fn new() -> Mirror {
        let told = Arc::new(Mutex::new(Told::default()));
        let options = |json_input| Options {
            limits: Arc::new(|_| MethodLimits { max_request_bytes: 1 << 24, deadline: Duration::from_secs(10) }),
            json_input,
            ..Options::default()
        };
        let edge = |json_input| Edge::new(&POOL, reflecting(told.clone()), options(json_input)).unwrap();
        Mirror {
            lenient: edge(JsonInput::ProtoJson),
            strict: edge(JsonInput::Strict),
            // Time stands still when nothing else is to be done, so that no deadline is waited for.
            runtime: tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap(),
            told,
        }
    }

    /// Calls with a mirror that this thread keeps.
    pub fn with<T>(call: impl FnOnce(&Mirror) -> T) -> T {
        thread_local!(static OWN: OnceCell<Mirror> = const { OnceCell::new() });
        OWN.with(|own| call(own.get_or_init(Mirror::new)))
    }

    pub fn send(&self, input: JsonInput, request: Request<Bytes>) -> Answer {
        let mut edge = match input {
            JsonInput::Strict => self.strict.clone(),
            JsonInput::ProtoJson => self.lenient.clone(),
        };
        self.runtime.block_on(async {
            let response = edge.call(request.map(Full::new)).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            Answer { status: parts.status, headers: parts.headers, body }
        })
    }

    /// The request that the service got last.
    pub fn heard(&self) -> Bytes {
        self.told.lock().unwrap().heard.clone()
    }

    fn reflect(&self, input: JsonInput, body: &[u8], answer: Option<Bytes>) -> Answer {
        self.told.lock().unwrap().answer = answer;
        let request = Request::post("/v1/everything").header("content-type", "application/json");
        let answer = self.send(input, request.body(Bytes::copy_from_slice(body)).unwrap());
        self.told.lock().unwrap().answer = None;
        answer
    }

    /// The message that a document becomes, or why it was refused.
    pub fn to_wire(&self, json: &[u8], input: JsonInput) -> Result<Bytes, String> {
        let answer = self.reflect(input, json, Some(Bytes::new()));
        if answer.status == StatusCode::OK {
            return Ok(self.heard());
        }
        let why = String::from_utf8(answer.body.to_vec()).expect("a problem is text");
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{why}");
        Err(why)
    }

    /// The document that a message becomes, or that it cannot become one.
    pub fn to_json(&self, wire: &[u8]) -> Result<String, String> {
        let answer = self.reflect(JsonInput::ProtoJson, b"{}", Some(Bytes::copy_from_slice(wire)));
        let text = String::from_utf8(answer.body.to_vec()).expect("an answer is text");
        match answer.status {
            StatusCode::OK => Ok(text),
            StatusCode::INTERNAL_SERVER_ERROR if text.contains("ANSWER_UNREADABLE") => Err(text),
            status => panic!("{status}: {text}"),
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Raw;
    type Decoder = Raw;

    fn encoder(&mut self) -> Raw {
        Raw
    }

    fn decoder(&mut self) -> Raw {
        Raw
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, frame: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(frame.copy_to_bytes(frame.remaining())))
    }
}

fn reflecting(told: Arc<Mutex<Told>>) -> Upstream {
    in_process(service_fn(move |request: Request<tonic::body::Body>| {
        let told = told.clone();
        async move {
            let mut server = tonic::server::Grpc::new(Raw);
            let answer = service_fn(move |request: tonic::Request<Bytes>| {
                let mut told = told.lock().unwrap();
                told.heard = request.into_inner();
                let answer = told.answer.clone().unwrap_or_else(|| told.heard.clone());
                async move { Ok::<_, Status>(tonic::Response::new(answer)) }
            });
            Ok::<Response<tonic::body::Body>, Infallible>(server.unary(answer, request).await)
        }
    }))
}
