//! Connections that mean no good: silent ones, and ones that make the server reset stream after stream (CVE-2025-8671). Spoken
//! by hand, because a proper client could not misbehave like that.

use std::time::{Duration, Instant};

use rollcall_tests::{Class, Kind, in_one_world, until::soon};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, tcp::OwnedReadHalf},
};

in_one_world!(are_closed_when_silent, are_closed_after_many_resets);

async fn are_closed_when_silent(kind: Kind) {
    let class = Class::open(kind, 0).await;
    for address in [class.world.desk().grpc(0), class.world.desk().edge(0)] {
        let mut silent = TcpStream::connect(address.replace("http://", "")).await.expect("a connection");
        let begun = Instant::now();
        let mut bytes = Vec::new();
        // Whatever is said before: what counts is that the connection ends.
        let _ = soon("a silent connection is closed", silent.read_to_end(&mut bytes)).await;
        assert!(begun.elapsed() < Duration::from_secs(10), "{address}: {:?}", begun.elapsed());
    }
}

/// Each stream is reset by the server: its window is made to overflow, so the client resets nothing and counts for nothing.
async fn are_closed_after_many_resets(kind: Kind) {
    const STREAMS: u32 = 2_000;
    let class = Class::open(kind, 0).await;
    for address in [class.world.desk().grpc(0), class.world.desk().edge(0)] {
        let socket = TcpStream::connect(address.replace("http://", "")).await.expect("a connection");
        let (mut from, mut to) = socket.into_split();
        let reader = tokio::spawn(async move { resets_until_goaway(&mut from).await });
        let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        bytes.extend(frame(SETTINGS, 0, 0, &[]));
        let headers = headers(&address.replace("http://", ""));
        for number in 0..STREAMS {
            let stream = 2 * number + 1;
            bytes.extend(frame(HEADERS, END_HEADERS, stream, &headers));
            bytes.extend(frame(WINDOW_UPDATE, 0, stream, &0x7fff_ffff_u32.to_be_bytes()));
        }
        // The server may hang up while this is being written.
        let _ = soon("the streams are sent", to.write_all(&bytes)).await;
        let resets = soon("the server has had enough", reader).await.expect("a reader");
        let resets = resets.unwrap_or_else(|resets| panic!("{address}: no GOAWAY after {resets} resets"));
        assert!(resets <= 300, "{address}: {resets} resets");
    }
    assert_eq!(class.world.nobody().rest().get("/health").await.status, 200, "others are still served");
}

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short frame").to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// HPACK without compression: each header is a literal that is not indexed.
fn headers(authority: &str) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/rollcall.v1.HealthService/Check"),
        (":authority", authority),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ] {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).expect("a short text"));
            block.extend(text.as_bytes());
        }
    }
    block
}

/// Counts the resets up to the GOAWAY, or to an end without one.
async fn resets_until_goaway(from: &mut OwnedReadHalf) -> Result<u32, u32> {
    let mut resets = 0;
    loop {
        let mut head = [0; 9];
        if from.read_exact(&mut head).await.is_err() {
            return Err(resets);
        }
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let mut payload = vec![0; length];
        if from.read_exact(&mut payload).await.is_err() {
            return Err(resets);
        }
        match head[3] {
            RST_STREAM => resets += 1,
            GOAWAY => return Ok(resets),
            _ => {}
        }
    }
}
