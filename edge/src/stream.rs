//! Server streams over plain HTTP: lines of JSON, server-sent events, or one JSON array.
//!
//! A failure before the first message keeps its HTTP status. A later one must be visible in the body: lines and events
//! end with one that says so, an array or raw bytes end with a broken transfer, because nothing in them could tell.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tonic::metadata::MetadataMap;
use tonic::{Code, Status, Streaming};
use tower::BoxError;

use crate::binding::Answer;
use crate::call::Passed;
use crate::connection::Connection;
use crate::edge::{Body, Core};
use crate::headers;
use crate::json::write;
use crate::rest::{head, not_acceptable, refused, render};
use crate::route::BindingId;
use crate::status::{Problem, reason};

const LINES: &str = "application/x-ndjson";
const EVENTS: &str = "text/event-stream";
const ARRAY: &str = "application/json";

/// How long an answer waits for the first message or failure, so that a service that refuses with its first item
/// rather than with its headers still decides the HTTP status. A silent stream opens after this time.
const FIRST_ITEM_WAIT: Duration = Duration::from_millis(100);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Lines,
    Events,
    Array,
    /// `google.api.HttpBody` messages: bytes with nothing between them.
    Raw,
}

pub(crate) async fn serve(
    core: &Arc<Core>,
    binding_id: BindingId,
    parts: &Parts,
    passed: Passed,
    message: Bytes,
) -> Result<Response<Body>, Box<Problem>> {
    let binding = &core.bindings[binding_id];
    let format = match binding.answer {
        Answer::Raw(_) => Format::Raw,
        _ => match headers::accepted(&parts.headers, &[LINES, EVENTS, ARRAY]) {
            Some(LINES) => Format::Lines,
            Some(EVENTS) => Format::Events,
            Some(_) => Format::Array,
            None => return Err(not_acceptable("application/x-ndjson, text/event-stream or application/json")),
        },
    };
    let Opened { metadata, mut upstream, mut first } = open(core, binding_id, passed, message).await?;
    if let (Format::Raw, First::Waiting) = (format, &first) {
        // The first message says what all of them are, so there is no answer without it.
        let message = upstream.message().await.map_err(|status| refused(core, binding, &status))?;
        first = message.map_or(First::End, First::Message);
    }
    let media = match (format, &first) {
        (Format::Lines, _) => HeaderValue::from_static(LINES),
        (Format::Events, _) => HeaderValue::from_static(EVENTS),
        (Format::Array, _) => HeaderValue::from_static(ARRAY),
        (Format::Raw, First::Message(message)) => render(core, binding, message)?.0,
        (Format::Raw, _) => HeaderValue::from_static("application/octet-stream"),
    };
    // HEAD gets no further than this: the body is dropped, and the stream with it, before it is polled.
    let mut response = Response::new(body(core, binding_id, parts, format, upstream, first));
    head(core, &metadata, media, &mut response);
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// A stream that the upstream has accepted.
pub(crate) struct Opened {
    pub(crate) metadata: MetadataMap,
    pub(crate) upstream: Streaming<Bytes>,
    pub(crate) first: First,
}

/// What came within the time that an answer waits.
pub(crate) enum First {
    Message(Bytes),
    End,
    Waiting,
}

pub(crate) async fn open(
    core: &Core,
    binding_id: BindingId,
    passed: Passed,
    message: Bytes,
) -> Result<Opened, Box<Problem>> {
    let binding = &core.bindings[binding_id];
    let problem = |status: Status| refused(core, binding, &status);
    let answer = core.caller.stream(binding, passed, message).await.map_err(problem)?;
    let (metadata, mut upstream, _) = answer.into_parts();
    let first = match tokio::time::timeout(FIRST_ITEM_WAIT, upstream.message()).await {
        Ok(Ok(Some(message))) => First::Message(message),
        Ok(Ok(None)) => First::End,
        Ok(Err(status)) => return Err(problem(status)),
        Err(_) => First::Waiting,
    };
    Ok(Opened { metadata, upstream, first })
}

fn body(
    core: &Arc<Core>,
    binding_id: BindingId,
    parts: &Parts,
    format: Format,
    upstream: Streaming<Bytes>,
    first: First,
) -> Body {
    let mut heartbeat = tokio::time::interval(core.options.stream_heartbeat);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    heartbeat.reset();
    let feed = Feed {
        core: core.clone(),
        binding_id,
        instance: parts.uri.path().to_owned(),
        format,
        upstream,
        first: Some(first),
        heartbeat,
        drain: parts.extensions.get::<Connection>().map(|connection| connection.drain.clone()).unwrap_or_default(),
        state: State::Opening,
    };
    let frames = futures_util::stream::unfold(feed, |mut feed| async {
        let bytes = feed.next().await?;
        Some((bytes.map(Frame::data), feed))
    });
    StreamBody::new(frames.fuse()).boxed_unsync()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing was sent yet.
    Opening,
    Flowing,
    Ended,
}

/// A stream on its way to one client. It is only polled when the client has room, so a slow client holds back the
/// upstream and not memory.
struct Feed {
    core: Arc<Core>,
    binding_id: BindingId,
    instance: String,
    format: Format,
    upstream: Streaming<Bytes>,
    first: Option<First>,
    heartbeat: Interval,
    drain: CancellationToken,
    state: State,
}

enum Event {
    Message(Bytes),
    End,
    Failure(Box<Problem>),
    Beat,
}

impl Feed {
    async fn next(&mut self) -> Option<Result<Bytes, BoxError>> {
        if self.state == State::Ended {
            return None;
        }
        let event = match self.first.take() {
            Some(First::Message(message)) => Event::Message(message),
            Some(First::End) => Event::End,
            // A stream that is open and silent shows at once that it is open.
            Some(First::Waiting) if self.format == Format::Events => Event::Beat,
            Some(First::Waiting) | None => self.event().await,
        };
        let opening = self.state == State::Opening;
        match event {
            Event::Beat => Some(Ok(Bytes::from_static(b":\n\n"))),
            Event::Message(message) => match render(&self.core, &self.core.bindings[self.binding_id], &message) {
                Ok((_, json)) => {
                    self.state = State::Flowing;
                    Some(Ok(self.frame(&message, json, opening)))
                }
                Err(problem) => Some(self.fail(&problem)),
            },
            Event::End => {
                self.state = State::Ended;
                match self.format {
                    Format::Lines | Format::Raw => None,
                    Format::Events => Some(Ok(Bytes::from_static(b"event: end\ndata: {}\n\n"))),
                    Format::Array if opening => Some(Ok(Bytes::from_static(b"[]"))),
                    Format::Array => Some(Ok(Bytes::from_static(b"]"))),
                }
            }
            Event::Failure(problem) => {
                // A broken transfer drops what has not been sent, so what came before goes out first.
                tokio::task::yield_now().await;
                Some(self.fail(&problem))
            }
        }
    }

    async fn event(&mut self) -> Event {
        let beats = self.format == Format::Events;
        tokio::select! {
            biased;
            message = self.upstream.message() => match message {
                Ok(Some(message)) => {
                    self.heartbeat.reset();
                    Event::Message(message)
                }
                Ok(None) => Event::End,
                Err(status) => {
                    Event::Failure(refused(&self.core, &self.core.bindings[self.binding_id], &status))
                }
            },
            () = self.drain.cancelled() => Event::Failure(draining()),
            _ = self.heartbeat.tick(), if beats => Event::Beat,
        }
    }

    fn frame(&self, message: &Bytes, json: Bytes, opening: bool) -> Bytes {
        let mut out = Vec::with_capacity(json.len() + 64);
        match self.format {
            Format::Raw => return json,
            Format::Lines => {
                out.extend_from_slice(&json);
                out.push(b'\n');
            }
            Format::Array => {
                out.push(if opening { b'[' } else { b',' });
                out.extend_from_slice(&json);
            }
            Format::Events => {
                if let Some(id) = self.event_id(message) {
                    out.extend_from_slice(b"id: ");
                    out.extend_from_slice(id.as_bytes());
                    out.push(b'\n');
                }
                out.extend_from_slice(b"data: ");
                out.extend_from_slice(&json);
                out.extend_from_slice(b"\n\n");
            }
        }
        Bytes::from(out)
    }

    /// The value of the field that resumes the stream, as text.
    fn event_id(&self, message: &Bytes) -> Option<String> {
        let binding = &self.core.bindings[self.binding_id];
        let mut json = Vec::new();
        write::field(&self.core.plan, binding.output, binding.resume_response?, message, &mut json).ok()?;
        let text = match serde_json::from_slice(&json).ok()? {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        let breaks_the_line = text.contains(['\n', '\r', '\0']);
        (!text.is_empty() && !breaks_the_line).then_some(text)
    }

    fn fail(&mut self, problem: &Problem) -> Result<Bytes, BoxError> {
        self.state = State::Ended;
        let json = problem.json(&self.instance);
        match self.format {
            Format::Lines => Ok(Bytes::from(error_line(&json))),
            Format::Events => {
                let mut out = b"event: stream-error\ndata: ".to_vec();
                out.extend_from_slice(&json);
                out.extend_from_slice(b"\n\n");
                Ok(Bytes::from(out))
            }
            Format::Array | Format::Raw => Err(format!("the stream failed: {}", problem.detail).into()),
        }
    }
}

/// The last line of a stream that failed.
fn error_line(problem: &[u8]) -> Vec<u8> {
    let mut line = error_object(problem);
    line.push(b'\n');
    line
}

/// `{"error": problem}`, for streams whose messages stand alone.
pub(crate) fn error_object(problem: &[u8]) -> Vec<u8> {
    let mut out = b"{\"error\":".to_vec();
    out.extend_from_slice(problem);
    out.push(b'}');
    out
}

/// Why streams end when the process does.
pub(crate) fn draining() -> Box<Problem> {
    let detail = "the server is going away: connect again";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, reason::DRAINING, detail)
}
