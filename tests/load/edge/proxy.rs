//! A proxy under load: the edge, or what it is measured beside.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use serde_json::Value;

use crate::{child::Child, edge::call::Call, http1::Connection, usage};

const START: Duration = Duration::from_secs(30);

pub struct Proxy {
    pub name: &'static str,
    pub address: SocketAddr,
    process: Child,
}

impl Proxy {
    /// A process that listens on an address, or soon will.
    pub const fn new(name: &'static str, address: SocketAddr, process: Child) -> Self {
        Self { name, address, process }
    }

    /// Waits until calls get through to the upstream.
    pub async fn wait(&mut self, bearer: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        while let Err(error) = self.answer(Call::Get, bearer).await {
            let (name, output) = (self.name, self.process.output());
            anyhow::ensure!(self.process.is_running(), "{name} has ended:\n{output}");
            anyhow::ensure!(begun.elapsed() < START, "{name} does not answer: {error:#}\n{output}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// The body of the answer to a call: its bytes, and what they mean.
    pub async fn answer(&self, call: Call, bearer: &str) -> anyhow::Result<(Vec<u8>, Value)> {
        let mut connection = Connection::open(self.address).await?;
        let answer = connection.send(&call.request(bearer)).await?;
        let text = || String::from_utf8_lossy(answer.body).into_owned();
        anyhow::ensure!(answer.status == 200, "{} answers {}: {}", self.name, answer.status, text());
        let value = serde_json::from_slice(answer.body).with_context(text)?;
        Ok((answer.body.to_vec(), value))
    }

    /// CPU seconds used so far by all of its threads.
    pub fn cpu(&self) -> f64 {
        usage::of_process(self.process.id())
    }

    /// Begins the peak anew.
    pub fn forget_peak(&self) {
        usage::forget_peak(self.process.id());
    }

    pub fn memory_mib(&self) -> f64 {
        usage::memory_mib(self.process.id())
    }

    pub fn own_memory_mib(&self) -> f64 {
        usage::own_memory_mib(self.process.id())
    }

    pub fn peak_memory_mib(&self) -> f64 {
        usage::peak_memory_mib(self.process.id())
    }
}
