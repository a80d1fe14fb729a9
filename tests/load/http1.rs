//! HTTP/1.1 over one kept connection. Spoken by hand, because a general client costs as much as the server does, on the same
//! processors.

use std::net::SocketAddr;

use anyhow::Context as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// No answer is longer.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

pub struct Connection {
    address: SocketAddr,
    /// None after a call that broke off, whose answer may still come.
    stream: Option<TcpStream>,
    /// The last answer, head and all.
    bytes: Vec<u8>,
}

/// The part of an answer that callers look at.
pub struct Answer<'connection> {
    pub status: u16,
    pub body: &'connection [u8],
}

impl Connection {
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self { address, stream: Some(open(address).await?), bytes: Vec::with_capacity(2048) })
    }

    /// So many at once.
    pub async fn open_all(address: SocketAddr, number: u32) -> anyhow::Result<Vec<Self>> {
        let mut all = Vec::new();
        for _ in 0..number {
            all.push(Self::open(address).await?);
        }
        Ok(all)
    }

    /// Sends a whole request and waits for the whole answer.
    pub async fn send(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => open(self.address).await?,
        };
        stream.write_all(request).await?;
        let (status, body) = read(&mut stream, &mut self.bytes).await?;
        self.stream = Some(stream);
        Ok(Answer { status, body: &self.bytes[body..] })
    }
}

async fn open(address: SocketAddr) -> anyhow::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Reads one answer: its status and where its body begins.
async fn read(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> anyhow::Result<(u16, usize)> {
    bytes.clear();
    let mut whole = None;
    while whole.is_none_or(|(_, _, end)| bytes.len() < end) {
        anyhow::ensure!(bytes.len() < MAX_ANSWER_BYTES, "an answer without an end");
        anyhow::ensure!(stream.read_buf(bytes).await? > 0, "the other side closed the connection");
        if whole.is_none() {
            whole = head(bytes)?;
        }
    }
    let (status, body, end) = whole.context("no head")?;
    anyhow::ensure!(bytes.len() == end, "more than one answer");
    Ok((status, body))
}

/// The status, where the body begins and where it ends, once the head is there.
fn head(bytes: &[u8]) -> anyhow::Result<Option<(u16, usize, usize)>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&bytes[..end])?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status line")?.parse()?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim())
    });
    let length: usize = length.context("an answer without a content-length")?.parse()?;
    Ok(Some((status, end + 4, end + 4 + length)))
}
