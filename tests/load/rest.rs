//! Check-ins over REST: JSON over HTTP/1.1, one kept connection a caller. Spoken by hand, because a general client costs as
//! much as the server does, on the same processors.

use std::net::SocketAddr;

use anyhow::Context as _;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{closed_loop::Caller, crowd::CheckIn};

/// No answer to a check-in is longer.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

pub struct Rest {
    address: SocketAddr,
    /// None after a call that broke off, whose answer may still come.
    stream: Option<TcpStream>,
}

pub async fn connect(address: SocketAddr, connections: u32) -> anyhow::Result<Vec<Rest>> {
    let mut callers = Vec::new();
    for _ in 0..connections {
        callers.push(Rest { address, stream: Some(open(address).await?) });
    }
    Ok(callers)
}

async fn open(address: SocketAddr) -> anyhow::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

impl Caller for Rest {
    async fn check_in(&mut self, check_in: CheckIn<'_>) -> Result<(), String> {
        let body = json!({
            "check_in_id": check_in.check_in_id,
            "session_id": check_in.session_id,
            "qr_code": check_in.code,
            "position": {
                "latitude": check_in.latitude,
                "longitude": check_in.longitude,
                "accuracy_meters": check_in.accuracy_meters,
            },
            "device": {"device_id": check_in.device_id},
        })
        .to_string();
        let request = format!(
            "POST /api/v1/attendance/mark HTTP/1.1\r\nhost: {}\r\nauthorization: {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            check_in.bearer,
            body.len(),
        );
        let (status, answer) = self.send(request.as_bytes()).await.map_err(|error| format!("{error:#}"))?;
        if status == 200 {
            return Ok(());
        }
        let problem: Value = serde_json::from_slice(&answer).unwrap_or_default();
        Err(format!("{status}: {}", problem["reason"].as_str().unwrap_or("no reason")))
    }
}

impl Rest {
    async fn send(&mut self, request: &[u8]) -> anyhow::Result<(u16, Vec<u8>)> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => open(self.address).await?,
        };
        stream.write_all(request).await?;
        let answer = read(&mut stream).await?;
        self.stream = Some(stream);
        Ok(answer)
    }
}

/// Reads one answer: its status and its body.
async fn read(stream: &mut TcpStream) -> anyhow::Result<(u16, Vec<u8>)> {
    let mut bytes = Vec::with_capacity(2048);
    let mut whole = None;
    while whole.is_none_or(|(_, _, end)| bytes.len() < end) {
        anyhow::ensure!(bytes.len() < MAX_ANSWER_BYTES, "an answer without an end");
        anyhow::ensure!(stream.read_buf(&mut bytes).await? > 0, "the edge closed the connection");
        if whole.is_none() {
            whole = head(&bytes)?;
        }
    }
    let (status, body, end) = whole.context("no head")?;
    anyhow::ensure!(bytes.len() == end, "more than one answer");
    Ok((status, bytes.split_off(body)))
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
