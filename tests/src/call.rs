//! Any RPC by its name, over any transport, in JSON. What comes back has the same form whatever the way.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::{Buf as _, BufMut as _, Bytes};
use http::{Method, uri::PathAndQuery};
use prost::Message as _;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use serde_json::Value;
use tonic::{
    Code, Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

use crate::{actor::Actor, contract, problem::Refusal, until::soon, web};

/// A way to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Grpc,
    Rest,
    Web,
}

impl Transport {
    pub const ALL: [Self; 3] = [Self::Grpc, Self::Rest, Self::Web];
}

/// Calls an RPC. Of a stream the first message counts: it shows whether the caller may watch.
///
/// # Panics
/// When the answer is not what the contract says.
pub async fn call(
    actor: &Actor,
    transport: Transport,
    method: &MethodDescriptor,
    request: &Value,
) -> Result<Value, Refusal> {
    match transport {
        Transport::Grpc => by_grpc(actor, method, request).await,
        Transport::Rest => by_rest(actor, method, request).await,
        Transport::Web => by_web(actor, method, request).await,
    }
}

/// The path of an RPC in gRPC.
pub fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

async fn by_grpc(actor: &Actor, method: &MethodDescriptor, request: &Value) -> Result<Value, Refusal> {
    let message = contract::from_json(&method.input(), request).encode_to_vec();
    match raw(actor, &path(method), message).await {
        Ok(bytes) => Ok(decoded(method, &bytes)),
        Err(status) => Err(Refusal::from(&status)),
    }
}

/// Sends bytes as the request of a gRPC call and gives the bytes of the first message.
///
/// # Errors
/// The status, when it is none of `Ok`.
pub async fn raw(actor: &Actor, path: &str, message: Vec<u8>) -> Result<Bytes, Status> {
    let path: PathAndQuery = path.parse().expect("a path");
    let mut client = Grpc::new(actor.wire());
    soon("gRPC answers", async {
        client.ready().await.map_err(|cause| Status::unavailable(cause.to_string()))?;
        let mut stream = client.server_streaming(Request::new(message), path, Plain).await?.into_inner();
        match stream.message().await? {
            Some(bytes) => Ok(bytes),
            None => Err(Status::new(Code::Ok, "the stream ended without a message")),
        }
    })
    .await
}

async fn by_rest(actor: &Actor, method: &MethodDescriptor, request: &Value) -> Result<Value, Refusal> {
    let Spread { method: verb, path, body } = spread(method, request);
    let rest = actor.rest();
    let mut sent = rest.request(verb, &path);
    if let Some(body) = body {
        sent = match is_file(method) {
            true => sent.header("content-type", text(&body, "content_type")).body(file_bytes(&body)),
            false => sent.json(&body),
        };
    }
    if method.is_server_streaming() {
        let answer = soon("the edge answers", sent.header("accept", "application/x-ndjson").send()).await;
        let mut answer = answer.expect("an answer");
        if answer.status() == 200 && method.output().full_name() == HTTP_BODY {
            return Ok(Value::Null);
        }
        if answer.status() == 200 {
            let mut first = Vec::new();
            while !first.contains(&b'\n') {
                let chunk = soon("a line comes", answer.chunk()).await.expect("a chunk");
                first.extend_from_slice(&chunk.expect("a first line"));
            }
            let line = first.split(|&byte| byte == b'\n').next().expect("a line");
            return Ok(contract::canonical(serde_json::from_slice(line).expect("JSON")));
        }
        let problem: Value = answer.json().await.expect("a problem");
        return Err(Refusal::from_problem(&problem));
    }
    let reply = rest.send(sent).await;
    if reply.status == 200 {
        Ok(if reply.content_type == "application/json" { reply.answer() } else { Value::Null })
    } else {
        Err(reply.refused())
    }
}

/// Bytes that are no JSON, in a request or an answer.
const HTTP_BODY: &str = "google.api.HttpBody";

/// Whether the body of a request is a file rather than JSON.
fn is_file(method: &MethodDescriptor) -> bool {
    let (_, _, body_rule) = contract::route(method);
    let field = method.input().get_field_by_name(&body_rule);
    field.is_some_and(|field| field.kind().as_message().is_some_and(|message| message.full_name() == HTTP_BODY))
}

fn file_bytes(body: &Value) -> Vec<u8> {
    STANDARD.decode(text(body, "data")).expect("base64")
}

fn text<'a>(body: &'a Value, field: &str) -> &'a str {
    body[field].as_str().unwrap_or_default()
}

/// A request as HTTP has it.
pub struct Spread {
    pub method: Method,
    /// With the query.
    pub path: String,
    pub body: Option<Value>,
}

/// Method, path with the query, and body, as the RPC's route has them.
///
/// # Panics
/// When the request lacks what the path needs.
pub fn spread(method: &MethodDescriptor, request: &Value) -> Spread {
    let (verb, template, body_rule) = contract::route(method);
    let mut left = request.clone();
    let mut path = String::new();
    let mut rest = template.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').expect("a closing brace");
        let value = take(&mut left, name).unwrap_or_else(|| panic!("{template} needs {name}: {request}"));
        path.push_str(before);
        path.push_str(value.as_str().expect("text"));
        rest = after;
    }
    path.push_str(rest);
    let body = match body_rule.as_str() {
        "" => None,
        "*" => Some(std::mem::take(&mut left)),
        field => Some(take(&mut left, field).unwrap_or_else(|| panic!("{template} needs {field}: {request}"))),
    };
    for (number, (name, value)) in left.as_object().into_iter().flatten().enumerate() {
        let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        path.push(if number == 0 { '?' } else { '&' });
        path.push_str(&format!("{name}={value}"));
    }
    Spread { method: verb, path, body }
}

/// Takes a field, which may stand inside another, out of a request.
fn take(request: &mut Value, name: &str) -> Option<Value> {
    let fields = request.as_object_mut()?;
    match name.split_once('.') {
        Some((outer, inner)) => take(fields.get_mut(outer)?, inner),
        None => fields.remove(name),
    }
}

async fn by_web(actor: &Actor, method: &MethodDescriptor, request: &Value) -> Result<Value, Refusal> {
    assert!(!method.is_server_streaming(), "a stream over grpc-web has tests of its own");
    let message = contract::from_json(&method.input(), request).encode_to_vec();
    let reply = web::call(&actor.rest(), &path(method), &message, false).await;
    if reply.status.code() == Code::Ok {
        return Ok(decoded(method, &reply.messages[0]));
    }
    assert!(reply.messages.is_empty(), "{reply:?}");
    Err(Refusal::from(&reply.status))
}

fn decoded(method: &MethodDescriptor, bytes: &[u8]) -> Value {
    let message = DynamicMessage::decode(method.output(), bytes).expect("the answer's message");
    // A picture has no JSON form: REST sends its bytes.
    if method.output().full_name() == HTTP_BODY { Value::Null } else { contract::to_json(&message) }
}

/// Bytes as they are.
struct Plain;

impl Codec for Plain {
    type Encode = Vec<u8>;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Plain {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
