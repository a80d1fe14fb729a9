//! What an edge is told. It knows nothing of the services behind it but their descriptors and this.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use ipnet::IpNet;
use prost_reflect::{DescriptorPool, MethodDescriptor};

use crate::json::JsonInput;

/// What an edge asks about each RPC.
pub type PerMethod<T> = Arc<dyn Fn(&MethodDescriptor) -> T + Send + Sync>;

/// The bounds of one RPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MethodLimits {
    /// The largest request body in bytes, as it comes over HTTP.
    pub max_request_bytes: usize,
    /// The longest that a call may take; for a server stream, the longest that it may live.
    pub deadline: Duration,
}

/// How a stream is taken up again where it was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resume {
    /// The field of a request that `Last-Event-ID` fills.
    pub request_field: String,
    /// The field of a response that becomes the `id:` of a server-sent event.
    pub response_field: String,
}

/// What documentation says of the API as a whole; the rest it reads from the descriptors.
#[derive(Clone)]
pub struct Documentation {
    /// The name of the API.
    pub title: String,
    /// The version of the API.
    pub version: String,
    /// What the API is, in CommonMark.
    pub description: String,
    /// The descriptors with their comments (source info), asked for when somebody first reads the documentation: calls need
    /// no comments, and comments take more memory than all else that an edge knows.
    pub descriptors: Arc<dyn Fn() -> DescriptorPool + Send + Sync>,
    /// Who may call an RPC, asked when the documentation is made.
    pub security: PerMethod<Security>,
    /// The media types that an RPC which answers with `google.api.HttpBody` may answer with, asked when the documentation is made. Empty
    /// for any.
    pub media_types: PerMethod<Vec<String>>,
}

/// Who may call an RPC, as documentation shows it. The edge enforces none of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Security {
    /// Anyone, with or without a token.
    Anyone,
    /// Whoever sends a bearer token.
    Bearer {
        /// The roles that may call; one of them is enough. Empty for every signed-in caller.
        roles: Vec<String>,
        /// What narrows it further, in words; may be empty.
        note: String,
    },
}

/// The settings of an edge.
#[derive(Clone)]
pub struct Options {
    /// The bounds of each RPC, asked once at start.
    pub limits: PerMethod<MethodLimits>,
    /// The origins, such as `https://app.example`, that browsers may call from; compared as they stand.
    pub allowed_origins: Vec<String>,
    /// Request headers that go upstream as metadata beside the built-in ones (`authorization`, `x-request-id`,
    /// `traceparent`, `tracestate`, `baggage`, `accept-language`, `user-agent`).
    pub request_metadata: Vec<HeaderName>,
    /// Response metadata that becomes HTTP headers beside `x-request-id`.
    pub response_headers: Vec<HeaderName>,
    /// Proxies whose `x-forwarded-for` and `x-forwarded-proto` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How often a silent stream shows that it is alive: a comment in server-sent events, a ping on a WebSocket.
    pub stream_heartbeat: Duration,
    /// How long a reader of a WebSocket may leave a message unread before it is cut off.
    pub stream_write_timeout: Duration,
    /// How lenient JSON input is.
    pub json_input: JsonInput,
    /// Whether a path variable that may span several segments gets `%2F` decoded too, as `google.api.Http` has it under this
    /// name. Then `a%2Fb` and `a/b` are the same to the service.
    pub fully_decode_reserved_expansion: bool,
    /// The cookie that holds an access token, if there is one. It counts only without an `authorization` header, and
    /// only when the request's `Origin`, if it has one, is allowed or the edge's own.
    pub bearer_cookie: Option<String>,
    /// How streams are resumed, if they are.
    pub resume: Option<Resume>,
    /// How much memory the request bodies that are being read may take together, in bytes. Bodies up to 16 KiB are not
    /// counted.
    pub max_buffered_bytes: usize,
    /// The largest message that an upstream may answer with, in bytes.
    pub max_response_bytes: usize,
    /// What `/openapi.json` and the documentation pages show. Without it there are none.
    pub documentation: Option<Documentation>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            limits: Arc::new(|_| MethodLimits { max_request_bytes: 256 * 1024, deadline: Duration::from_secs(5) }),
            allowed_origins: Vec::new(),
            request_metadata: Vec::new(),
            response_headers: Vec::new(),
            trusted_proxies: Vec::new(),
            stream_heartbeat: Duration::from_secs(15),
            stream_write_timeout: Duration::from_secs(10),
            json_input: JsonInput::Strict,
            fully_decode_reserved_expansion: false,
            bearer_cookie: None,
            resume: None,
            max_buffered_bytes: 64 * 1024 * 1024,
            max_response_bytes: 64 * 1024 * 1024,
            documentation: None,
        }
    }
}
