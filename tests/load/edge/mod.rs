//! `load edge`: the edge and Envoy by turns under the same calls, one thread each and the same upstream behind both; then the
//! table. Short turns, because a machine that is shared changes its pace: what counts is the ratio within a round.

pub mod call;
mod envoy;
mod proxy;
mod round;
mod table;
mod upstream;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rollcall_tests::{clock::machine_time, token};

use crate::{
    args::Edge,
    server::{Program, SECRET},
    world::World,
};
use call::Call;
use proxy::Proxy;
use table::{Memory, Series};

/// How long a proxy may lie still before its idle memory is read.
const STILL: Duration = Duration::from_secs(2);
/// Load before anything counts: caches fill, pools and buffers grow.
const WARM_UP: Duration = Duration::from_millis(500);

/// Measures, prints, and leaves nothing behind, also where it breaks off or is told to.
pub async fn run(options: &Edge, stopped: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("rollcall-load-").tempdir()?;
    let table = tokio::select! {
        table = measure(options, folder.path()) => table?,
        error = stopped => return Err(error),
    };
    folder.close()?;
    println!("{table}");
    Ok(())
}

async fn measure(options: &Edge, folder: &Path) -> anyhow::Result<String> {
    // One for each connection: clients are many, and what one of them says again and again is not what another says.
    let (world, _) = World::plan(1, options.connections);
    let now = machine_time();
    let bearers: Vec<String> = world.students.iter().map(|student| token::mint(SECRET, student, now)).collect();

    let upstream = upstream::start()?;
    let edge = edge(options, options.server.as_deref(), upstream, folder, "edge").await?;
    let mut proxies = [edge, beside(options, upstream, folder).await?];
    for proxy in &mut proxies {
        proxy.wait(&bearers[0]).await?;
    }
    tokio::time::sleep(STILL).await;
    let idle = proxies.each_ref().map(Proxy::memory_mib);
    proxies.iter().for_each(Proxy::forget_peak);

    let mut all = Vec::new();
    for &call in &options.calls {
        all.push(series(options, &proxies, call, &bearers).await?);
    }
    let [peak, own] = [Proxy::peak_memory_mib, Proxy::own_memory_mib].map(|read| proxies.each_ref().map(read));
    Ok(table::table(options, proxies.each_ref().map(|proxy| proxy.name), &all, &Memory { idle, peak, own }))
}

/// All rounds of one call.
async fn series(options: &Edge, proxies: &[Proxy; 2], call: Call, bearers: &[String]) -> anyhow::Result<Series> {
    let [(ours, our_value), (theirs, their_value)] =
        [proxies[0].answer(call, &bearers[0]).await?, proxies[1].answer(call, &bearers[0]).await?];
    anyhow::ensure!(our_value == their_value, "{}: {our_value} is not {their_value}", call.name());
    let expected: [Arc<[u8]>; 2] = [ours.into(), theirs.into()];
    for (proxy, expected) in proxies.iter().zip(&expected) {
        round::run(proxy, call, bearers, expected, WARM_UP).await?;
    }
    let mut series = Series { call, bytes: expected[0].len(), rounds: [Vec::new(), Vec::new()] };
    for number in 0..options.rounds {
        // Each goes first in every other round.
        let first = (number % 2) as usize;
        for place in [first, 1 - first] {
            let time = Duration::from_secs(options.seconds);
            let round = round::run(&proxies[place], call, bearers, &expected[place], time).await?;
            series.rounds[place].push(round);
        }
        let [ours, theirs] = series.rounds.each_ref().map(|rounds| rounds[number as usize].micros());
        eprintln!("{}, round {}: {ours:.1} µs beside {theirs:.1} µs", call.name(), number + 1);
    }
    Ok(series)
}

async fn edge(
    options: &Edge,
    binary: Option<&Path>,
    upstream: SocketAddr,
    folder: &Path,
    name: &'static str,
) -> anyhow::Result<Proxy> {
    let program = Program::find(binary, folder, &options.set)?;
    let (process, address) = program.edge(upstream, options.upstream_connections, name).await?;
    Ok(Proxy::new(name, address, process))
}

/// What the edge is measured beside.
async fn beside(options: &Edge, upstream: SocketAddr, folder: &Path) -> anyhow::Result<Proxy> {
    if options.beside.is_some() {
        return edge(options, options.beside.as_deref(), upstream, folder, "other edge").await;
    }
    let program = match &options.envoy {
        Some(path) => PathBuf::from(path).canonicalize()?,
        None => envoy::install().await?,
    };
    envoy::start(&program, upstream, folder)
}
