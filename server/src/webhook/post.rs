//! One request to another system: look its name up → check the addresses → connect to one of them → send → read how it
//! answers, and nothing more of it. There are no redirects, no proxies and no connections that are used again.

use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};
use url::{Host, Url};

use super::address::Gate;

/// For all of it: well below what a job may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// For one address, of three at most, so that a dead one does not take the time of the next.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const ADDRESSES: usize = 3;
/// Status and headers. The rest of the answer is not read.
const ANSWER_BYTES: usize = 64 * 1024;

/// How another system has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// What it asks to be waited for.
    pub retry_after: Option<Duration>,
}

/// Sends a body, or says why that was not possible.
pub async fn post(gate: &Gate, url: &Url, headers: HeaderMap, body: Bytes) -> Result<Answer, String> {
    let sent = tokio::time::timeout(TIMEOUT, send(gate, url, headers, body));
    sent.await.unwrap_or_else(|_| Err(format!("no answer within {} s", TIMEOUT.as_secs())))
}

async fn send(gate: &Gate, url: &Url, headers: HeaderMap, body: Bytes) -> Result<Answer, String> {
    let stream = connect(gate, url).await?;
    let request = request(url, headers, body)?;
    if url.scheme() == "http" {
        return exchange(stream, request).await;
    }
    let name = match url.host() {
        Some(Host::Domain(name)) => ServerName::try_from(name.trim_end_matches('.').to_owned()),
        Some(Host::Ipv4(address)) => Ok(ServerName::from(std::net::IpAddr::from(address))),
        Some(Host::Ipv6(address)) => Ok(ServerName::from(std::net::IpAddr::from(address))),
        None => return Err("the URL has no host".to_owned()),
    };
    let name = name.map_err(|_| "the URL's host cannot have a certificate".to_owned())?;
    let stream = TLS.connect(name, stream).await.map_err(|error| format!("TLS: {error}"))?;
    exchange(stream, request).await
}

/// A connection to an address that was checked: what a name means may change between a check and a second look-up, so there
/// is no second one.
async fn connect(gate: &Gate, url: &Url) -> Result<TcpStream, String> {
    let port = url.port_or_known_default().ok_or("the URL has no port")?;
    let addresses: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(address)) => vec![(address, port).into()],
        Some(Host::Ipv6(address)) => vec![(address, port).into()],
        Some(Host::Domain(name)) => {
            let found = lookup_host((name, port)).await;
            found.map_err(|_| "the host's name is not known".to_owned())?.collect()
        }
        None => Vec::new(),
    };
    let mut fault = "the host's name leads nowhere".to_owned();
    let mut tried = 0;
    for address in addresses {
        if let Err(refused) = gate.check(url, address.ip()) {
            fault = format!("the URL {refused}");
            continue;
        }
        if tried == ADDRESSES {
            break;
        }
        tried += 1;
        match tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => fault = format!("no connection: {}", error.kind()),
            Err(_) => fault = "no connection: it took too long".to_owned(),
        }
    }
    Err(fault)
}

fn request(url: &Url, headers: HeaderMap, body: Bytes) -> Result<Request<Full<Bytes>>, String> {
    let host = url.host_str().ok_or("the URL has no host")?;
    let authority = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = path.parse().map_err(|_| "the URL's path cannot be sent".to_owned())?;
    *request.headers_mut() = headers;
    let host = HeaderValue::from_str(&authority).map_err(|_| "the URL's host cannot be sent".to_owned())?;
    for (name, value) in [
        (header::HOST, host),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::USER_AGENT, HeaderValue::from_static("Rollcall")),
        (header::CONNECTION, HeaderValue::from_static("close")),
    ] as [(HeaderName, HeaderValue); 4]
    {
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Answer, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http1::Builder::new();
    builder.max_buf_size(ANSWER_BYTES);
    let (mut sender, connection) =
        builder.handshake(TokioIo::new(stream)).await.map_err(|error| format!("HTTP: {error}"))?;
    // It ends with the connection, which ends when the answer is dropped unread.
    let driver = tokio::spawn(connection);
    let answer = sender.send_request(request).await.map_err(|error| format!("HTTP: {error}"));
    let answer = answer.map(|answer| {
        let seconds = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        Answer { status: answer.status().as_u16(), retry_after: seconds.map(Duration::from_secs) }
    });
    driver.abort();
    answer
}

/// The authorities that everybody believes.
static TLS: LazyLock<TlsConnector> = LazyLock::new(|| {
    let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
});
