//! An edge in front of a service that echoes, and a client for it.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes};
use futures_util::{Stream, StreamExt as _};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, Value};
use rollcall_edge::{Edge, MethodLimits, Options, Resume, Upstream, in_process};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::{Code, Status};
use tower::{Service as _, service_fn};

pub static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| pool("echo.proto", None));

/// Compiles a file of the test protos, or a text in its place.
pub fn pool(name: &str, text: Option<&str>) -> DescriptorPool {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut includes = vec![format!("{root}/tests/proto"), format!("{root}/../proto")];
    let folder = std::env::temp_dir().join(format!("edge-protos-{}-{name}", std::process::id()));
    if let Some(text) = text {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), text).unwrap();
        includes.insert(0, folder.display().to_string());
    }
    let mut compiler = protox::Compiler::new(includes).unwrap();
    compiler.include_imports(true).include_source_info(true).open_file(name).unwrap();
    if text.is_some() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    compiler.descriptor_pool()
}

pub fn options() -> Options {
    Options {
        limits: Arc::new(|method| MethodLimits {
            max_request_bytes: 2_048,
            deadline: if method.is_server_streaming() { Duration::from_secs(5) } else { Duration::from_millis(400) },
        }),
        allowed_origins: vec!["https://app.example".to_owned()],
        request_metadata: vec!["cookie".parse().unwrap(), "x-key-bin".parse().unwrap()],
        response_headers: ["set-cookie", "x-seen", "etag", "cache-control"].map(|name| name.parse().unwrap()).to_vec(),
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
        stream_heartbeat: Duration::from_millis(200),
        resume: Some(Resume { request_field: "resume_after".to_owned(), response_field: "seq".to_owned() }),
        ..Options::default()
    }
}

pub fn edge() -> Edge {
    Edge::new(&POOL, echo(), options()).unwrap()
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|fault| panic!("{fault}: {:?}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The metadata that the service saw.
    pub fn seen(&self) -> BTreeMap<String, String> {
        self.header("x-seen")
            .split(';')
            .filter_map(|pair| pair.split_once('='))
            .map(|(k, v)| (k.into(), v.into()))
            .collect()
    }
}

/// Sends `METHOD /path` with headers and a body.
pub async fn send(edge: &Edge, line: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
    let (method, uri) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = edge.clone().call(request.body(Full::new(body.into())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(fault) => Bytes::from(format!("broken: {fault}")),
    };
    Answer { status: parts.status, headers: parts.headers, body }
}

pub async fn get(edge: &Edge, uri: &str) -> Answer {
    send(edge, &format!("GET {uri}"), &[], "").await
}

pub async fn json(edge: &Edge, line: &str, body: &str) -> Answer {
    send(edge, line, &[("content-type", "application/json")], body.to_owned()).await
}

/// A codec for messages that are bytes already.
#[derive(Clone, Copy, Default)]
pub struct Raw;

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

/// The service behind the edge.
pub fn echo() -> Upstream {
    in_process(service_fn(
        async |request: Request<tonic::body::Body>| -> Result<Response<tonic::body::Body>, Infallible> {
            let rpc = request.uri().path().rsplit('/').next().unwrap().to_owned();
            let mut server = tonic::server::Grpc::new(Raw);
            Ok(match rpc.as_str() {
                "Watch" => server.server_streaming(service_fn(watch), request).await,
                "Download" => server.server_streaming(service_fn(download), request).await,
                _ => {
                    let unary = service_fn(move |request| answer(rpc.clone(), request));
                    server.unary(unary, request).await
                }
            })
        },
    ))
}

async fn answer(rpc: String, request: tonic::Request<Bytes>) -> Result<tonic::Response<Bytes>, Status> {
    let seen = seen(request.metadata());
    let message = request.into_inner();
    if rpc == "Fail" {
        return fail(&text(&item(&message), "id")).await;
    }
    let message = match rpc.as_str() {
        "Upload" => {
            let file = DynamicMessage::decode(POOL.get_message_by_name("edge.test.v1.File").unwrap(), message).unwrap();
            let content = file.get_field_by_name("content").unwrap().as_message().unwrap().encode_to_vec();
            Bytes::from(content)
        }
        _ => message,
    };
    let title = match rpc.as_str() {
        "Get" => text(&item(&message), "title"),
        _ => String::new(),
    };
    let mut response = tonic::Response::new(message);
    let metadata = response.metadata_mut();
    metadata.insert("x-seen", seen.parse().unwrap());
    metadata.insert("x-internal", "secret".parse().unwrap());
    if title == "tagged" {
        metadata.insert("etag", "\"v1\"".parse().unwrap());
        metadata.insert("cache-control", "private, max-age=5".parse().unwrap());
    }
    if title == "secret" {
        metadata.insert("cache-control", "no-store".parse().unwrap());
    }
    if title == "created" {
        metadata.insert("x-http-code", "201".parse().unwrap());
        metadata.append("set-cookie", "a=1".parse().unwrap());
        metadata.append("set-cookie", "b=2".parse().unwrap());
        metadata.insert("x-request-id", "from-upstream".parse().unwrap());
    }
    Ok(response)
}

fn seen(metadata: &MetadataMap) -> String {
    let headers = metadata.as_ref();
    let pairs = headers.iter().map(|(name, value)| format!("{name}={}", value.to_str().unwrap_or("?")));
    pairs.collect::<Vec<_>>().join(";")
}

fn item(message: &Bytes) -> DynamicMessage {
    DynamicMessage::decode(POOL.get_message_by_name("edge.test.v1.Item").unwrap(), message.clone()).unwrap()
}

fn text(message: &DynamicMessage, name: &str) -> String {
    message.get_field_by_name(name).unwrap().as_str().unwrap().to_owned()
}

fn number(message: &DynamicMessage, name: &str) -> i64 {
    match message.get_field_by_name(name).unwrap().as_ref() {
        Value::I32(number) => i64::from(*number),
        Value::I64(number) => *number,
        other => panic!("{other:?}"),
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct Details {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}

/// A detail as JSON, encoded by the descriptors.
fn detail(name: &str, json: serde_json::Value) -> prost_types::Any {
    static ERRORS: LazyLock<DescriptorPool> = LazyLock::new(|| pool("google/rpc/error_details.proto", None));
    let descriptor = ERRORS.get_message_by_name(&format!("google.rpc.{name}")).unwrap();
    let message = DynamicMessage::deserialize(descriptor, json).unwrap();
    prost_types::Any { type_url: format!("type.googleapis.com/google.rpc.{name}"), value: message.encode_to_vec() }
}

async fn fail(how: &str) -> Result<tonic::Response<Bytes>, Status> {
    let rich = |code: Code, message: &str, details: Vec<prost_types::Any>| {
        let details = Details { code: code as i32, details };
        Err(Status::with_details(code, message, details.encode_to_vec().into()))
    };
    match how {
        "panic" => panic!("as asked"),
        "sleep" => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            Err(Status::internal("slept"))
        }
        "full" => rich(
            Code::FailedPrecondition,
            "the shelf is full",
            vec![
                detail(
                    "ErrorInfo",
                    serde_json::json!({"reason": "SHELF_FULL", "domain": "x", "metadata": {"shelf": "7"}}),
                ),
                detail("RetryInfo", serde_json::json!({"retryDelay": "1.5s"})),
                detail("DebugInfo", serde_json::json!({"detail": "secret"})),
                prost_types::Any { type_url: "type.googleapis.com/of.Nobody".to_owned(), value: vec![0xff] },
            ],
        ),
        "fields" => rich(
            Code::InvalidArgument,
            "2 fields",
            vec![detail(
                "BadRequest",
                serde_json::json!({"fieldViolations": [
                    {"field": "author.name", "description": "is empty"}, {"field": "id", "description": "is odd"},
                ]}),
            )],
        ),
        "garbage" => Ok(tonic::Response::new(Bytes::from_static(&[0xff; 5]))),
        "é" => Err(Status::not_found("no é here")),
        code => {
            let code = Code::from(code.parse::<i32>().unwrap_or(2));
            let mut status = Status::new(code, "as asked");
            status.metadata_mut().insert("set-cookie", "gone=1".parse().unwrap());
            Err(status)
        }
    }
}

type Messages = Pin<Box<dyn Stream<Item = Result<Bytes, Status>> + Send>>;

async fn watch(request: tonic::Request<Bytes>) -> Result<tonic::Response<Messages>, Status> {
    let item = item(request.get_ref());
    let (id, pages) = (text(&item, "id"), number(&item, "pages"));
    let after = number(&item, "resume_after");
    if id == "refused" {
        return Err(Status::permission_denied("not yours"));
    }
    if id == "token" {
        let token = request.metadata().get("authorization").map_or("", |value| value.to_str().unwrap());
        if token != "Bearer secret" {
            return Err(Status::unauthenticated("who are you?"));
        }
    }
    let tick = |seq: i64| {
        let mut tick = DynamicMessage::new(POOL.get_message_by_name("edge.test.v1.Tick").unwrap());
        tick.set_field_by_name("seq", Value::I64(seq));
        tick.set_field_by_name("text", Value::String(format!("tick\n{seq}")));
        Ok(Bytes::from(tick.encode_to_vec()))
    };
    let ticks = futures_util::stream::iter((after + 1..=pages).map(tick));
    let end: Messages = match id.as_str() {
        "fails" => Box::pin(futures_util::stream::iter([Err(Status::aborted("torn"))])),
        "hangs" => Box::pin(futures_util::stream::pending()),
        "panics" => Box::pin(futures_util::stream::poll_fn(|_| panic!("as asked"))),
        "floods" => {
            let mut flood = DynamicMessage::new(POOL.get_message_by_name("edge.test.v1.Tick").unwrap());
            flood.set_field_by_name("text", Value::String("x".repeat(64 * 1024)));
            let flood = Bytes::from(flood.encode_to_vec());
            Box::pin(futures_util::stream::repeat(flood).map(Ok))
        }
        _ => Box::pin(futures_util::stream::empty()),
    };
    Ok(tonic::Response::new(Box::pin(ticks.chain(end))))
}

async fn download(request: tonic::Request<Bytes>) -> Result<tonic::Response<Messages>, Status> {
    let id = text(&item(request.get_ref()), "id");
    let chunk = |media: &str, data: &'static str| {
        let mut body = DynamicMessage::new(POOL.get_message_by_name("google.api.HttpBody").unwrap());
        body.set_field_by_name("content_type", Value::String(media.to_owned()));
        body.set_field_by_name("data", Value::Bytes(Bytes::from_static(data.as_bytes())));
        Ok(Bytes::from(body.encode_to_vec()))
    };
    let mut chunks = vec![chunk("text/csv", "a,b\n"), chunk("", "1,2\n")];
    if id == "fails" {
        chunks.push(Err(Status::aborted("torn")));
    }
    Ok(tonic::Response::new(Box::pin(futures_util::stream::iter(chunks))))
}
