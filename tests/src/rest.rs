//! REST as a plain HTTP client sees it.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::Method;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response};
use serde_json::Value;

use crate::{contract::canonical, problem::Refusal, until::soon};

/// A client to be made. Built together with the server it has TLS, which nobody here speaks, and would not begin without a
/// provider of cryptography.
pub fn client() -> ClientBuilder {
    // The first one that is installed stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
}

/// Somebody's HTTP client.
#[derive(Clone)]
pub struct Rest {
    client: Client,
    base: String,
    token: Option<String>,
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub content_type: String,
    pub headers: BTreeMap<String, String>,
    /// The body as JSON; null where it is none.
    pub body: Value,
    pub bytes: Bytes,
}

impl Rest {
    /// A client of this edge, with this token.
    ///
    /// # Panics
    /// Never.
    pub fn new(base: String, token: Option<String>) -> Self {
        let client = client().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { client, base, token }
    }

    /// The edge's address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A request to be changed before it is sent.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        soon("the edge answers", async {
            let response = request.send().await.unwrap_or_else(|cause| panic!("{}: {cause:?}", self.base));
            Reply::read(response).await
        })
        .await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// Posts text that need not be JSON.
    pub async fn post_text(&self, path: &str, body: impl Into<reqwest::Body>) -> Reply {
        let request = self.request(Method::POST, path).header("content-type", "application/json").body(body);
        self.send(request).await
    }

    /// Opens a stream of lines, each a JSON text.
    ///
    /// # Panics
    /// When the edge refuses.
    pub async fn lines(&self, path: &str, accept: &str) -> Lines {
        let request = self.request(Method::GET, path).header("accept", accept);
        let response = soon("the stream opens", request.send()).await.expect("an answer");
        let status = response.status();
        let content_type = content_type(&response);
        if status != 200 {
            panic!("{path}: {status}: {}", response.text().await.unwrap_or_default());
        }
        Lines { response: Box::pin(response.bytes_stream()), rest: Vec::new(), content_type }
    }
}

impl Reply {
    async fn read(response: Response) -> Self {
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let content_type = content_type(&response);
        let bytes = response.bytes().await.expect("the body");
        let body = serde_json::from_slice(&bytes).map_or(Value::Null, canonical);
        Self { status, content_type, headers, body, bytes }
    }

    /// The answer's JSON.
    ///
    /// # Panics
    /// When it was refused, or is no JSON.
    #[track_caller]
    pub fn answer(self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.bytes));
        assert_eq!(self.content_type, "application/json");
        self.body
    }

    /// The refusal, which has the form of RFC 9457 and the status that its code has.
    ///
    /// # Panics
    /// When it was answered, or refused in another form.
    #[track_caller]
    pub fn refused(self) -> Refusal {
        assert_ne!(self.status, 200, "answered, though a refusal was due: {}", self.body);
        assert_eq!(self.content_type, "application/problem+json", "{}", String::from_utf8_lossy(&self.bytes));
        assert_eq!(self.body["status"], self.status);
        Refusal::from_problem(&self.body)
    }
}

/// An open stream.
pub struct Lines {
    response: std::pin::Pin<Box<dyn futures_util::Stream<Item = reqwest::Result<Bytes>> + Send>>,
    rest: Vec<u8>,
    pub content_type: String,
}

impl Lines {
    /// The next line that is not empty, or the end.
    ///
    /// # Panics
    /// When nothing comes.
    pub async fn next(&mut self) -> Option<String> {
        soon("a line comes", async {
            loop {
                while let Some(end) = self.rest.iter().position(|&byte| byte == b'\n') {
                    let line: Vec<u8> = self.rest.drain(..=end).collect();
                    let line = String::from_utf8(line).expect("UTF-8").trim_end().to_owned();
                    if !line.is_empty() {
                        return Some(line);
                    }
                }
                match self.response.next().await {
                    Some(bytes) => self.rest.extend_from_slice(&bytes.expect("bytes")),
                    None if self.rest.is_empty() => return None,
                    None => self.rest.push(b'\n'),
                }
            }
        })
        .await
    }
}

fn content_type(response: &Response) -> String {
    let value = response.headers().get("content-type").and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}
