//! A Redis of the test's own, which the test may kill.

use std::{path::Path, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    process::Command,
};

use crate::{
    process::{Process, free_port},
    until::until,
};

/// A Redis without persistence.
pub struct Redis {
    process: Option<Process>,
    folder: std::path::PathBuf,
    port: u16,
}

impl Redis {
    /// Starts one.
    pub async fn start(folder: &Path) -> Self {
        let mut redis = Self { process: None, folder: folder.to_owned(), port: free_port() };
        redis.resume().await;
        redis
    }

    /// What goes into REDIS_URL.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts it again, empty, on the same port, after a `kill`.
    pub async fn resume(&mut self) {
        let mut command = Command::new("redis-server");
        command
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .arg("--dir")
            .arg(&self.folder);
        self.process = Some(Process::start(command, &self.folder.join("redis.log"), false));
        let port = self.port;
        until("Redis answers", async || answers(port).await.then_some(())).await;
    }

    /// Ends it at once.
    pub async fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await;
        }
    }

    /// Makes it silent: connections stay open and nothing answers. `thaw` ends that.
    pub fn freeze(&self) {
        self.process.as_ref().expect("a running Redis").signal("STOP");
    }

    /// Ends the silence.
    pub fn thaw(&self) {
        self.process.as_ref().expect("a running Redis").signal("CONT");
    }
}

async fn answers(port: u16) -> bool {
    let ping = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        stream.write_all(b"PING\r\n").await.ok()?;
        let mut answer = [0; 7];
        stream.read_exact(&mut answer).await.ok()?;
        (&answer == b"+PONG\r\n").then_some(())
    };
    matches!(tokio::time::timeout(Duration::from_secs(1), ping).await, Ok(Some(())))
}
