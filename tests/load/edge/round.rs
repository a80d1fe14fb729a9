//! One round: a proxy under one kind of call for a while.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use tokio::task::JoinSet;

use crate::{
    edge::{call::Call, proxy::Proxy},
    http1::Connection,
    usage::Cpu,
};

/// A call that takes so long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a proxy was measured at.
pub struct Round {
    pub took: Duration,
    pub latencies: Vec<Duration>,
    /// CPU seconds of the proxy.
    pub cpu: f64,
    /// CPU seconds of everybody who is no part of the measurement.
    pub others: f64,
}

impl Round {
    pub fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }

    /// CPU of the proxy for each request, in microseconds.
    pub fn micros(&self) -> f64 {
        self.cpu * 1e6 / self.latencies.len().max(1) as f64
    }
}

/// Every bearer has a connection of its own and one request after another on it. Every answer must be `expected`.
pub async fn run(
    proxy: &Proxy,
    call: Call,
    bearers: &[String],
    expected: &Arc<[u8]>,
    time: Duration,
) -> anyhow::Result<Round> {
    let connections = Connection::open_all(proxy.address, bearers.len().try_into()?).await?;
    let (begun, cpu, all) = (Instant::now(), proxy.cpu(), Cpu::read(None, None));
    let callers = connections.into_iter().zip(bearers);
    let mut running: JoinSet<_> = callers
        .map(|(connection, bearer)| one_after_another(connection, call.request(bearer), expected.clone(), begun + time))
        .collect();
    let mut latencies = Vec::new();
    while let Some(answered) = running.join_next().await {
        let answered = answered.context("a caller panicked")?;
        latencies.extend(answered.with_context(|| format!("{} over {}", call.name(), proxy.name))?);
    }
    let (took, cpu, all) = (begun.elapsed(), proxy.cpu() - cpu, Cpu::read(None, None).since(all));
    Ok(Round { took, latencies, cpu, others: (all.others() - cpu).max(0.0) })
}

async fn one_after_another(
    mut connection: Connection,
    request: Vec<u8>,
    expected: Arc<[u8]>,
    end: Instant,
) -> anyhow::Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    let mut begun = Instant::now();
    while begun < end {
        let answer = tokio::time::timeout(PATIENCE, connection.send(&request)).await;
        let answer = answer.map_err(|_| anyhow::anyhow!("no answer within {PATIENCE:?}"))??;
        let is_right = answer.status == 200 && *answer.body == *expected;
        anyhow::ensure!(is_right, "{}: {}", answer.status, String::from_utf8_lossy(answer.body));
        let now = Instant::now();
        latencies.push(now - begun);
        begun = now;
    }
    Ok(latencies)
}
