//! A TCP connection whose first bytes were looked at, and whose other side has to keep reading.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use super::crowd::Seat;
use crate::connection::Activity;

/// What every HTTP/2 connection begins with.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The first bytes of a connection: as many as it takes to tell the protocols apart.
pub(super) struct Opening {
    bytes: [u8; PREFACE.len()],
    length: usize,
}

impl Opening {
    /// Nothing when the connection ends before. Without a bound on its time: that is the caller's.
    pub(super) async fn read(stream: &mut TcpStream) -> io::Result<Option<Opening>> {
        let mut opening = Opening { bytes: [0; PREFACE.len()], length: 0 };
        while opening.bytes[..opening.length] == PREFACE[..opening.length] && !opening.is_http2() {
            let read = stream.read(&mut opening.bytes[opening.length..]).await?;
            if read == 0 {
                return Ok(None);
            }
            opening.length += read;
        }
        Ok(Some(opening))
    }

    pub(super) fn is_http2(&self) -> bool {
        self.bytes[..self.length] == PREFACE[..]
    }
}

pub(super) struct Socket {
    stream: TcpStream,
    opening: Opening,
    /// How much of the opening was handed on.
    given: usize,
    activity: Arc<Activity>,
    write_timeout: Duration,
    /// Runs while a write is waiting.
    stalled: Option<Pin<Box<Sleep>>>,
    /// Held here because a WebSocket takes the socket out of its HTTP connection.
    _seat: Seat,
}

impl Socket {
    pub(super) fn new(
        stream: TcpStream,
        opening: Opening,
        activity: Arc<Activity>,
        write_timeout: Duration,
        seat: Seat,
    ) -> Socket {
        Socket { stream, opening, given: 0, activity, write_timeout, stalled: None, _seat: seat }
    }

    /// Passes on what a write came to, and gives up on one that waits for too long.
    fn written<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let timeout = self.write_timeout;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        match stalled.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = out.filled().len();
        let waiting = &this.opening.bytes[this.given..this.opening.length];
        let read = if waiting.is_empty() {
            Pin::new(&mut this.stream).poll_read(context, out)
        } else {
            let length = waiting.len().min(out.remaining());
            out.put_slice(&waiting[..length]);
            this.given += length;
            Poll::Ready(Ok(()))
        };
        if out.filled().len() > before {
            this.activity.received();
        }
        read
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
