//! Load: how many check-ins a second the server stores, how long each takes, and what it costs. Each run starts its own
//! database and server on loopback, measures PostgreSQL alone beside it, and stops all that it started.

mod args;
mod check_in;
mod child;
mod closed_loop;
mod cluster;
mod codes;
mod crowd;
mod figures;
mod grpc;
mod metrics;
mod pgbench;
mod rest;
mod server;
mod store;
mod usage;
mod world;

use std::process::ExitCode;

use clap::Parser as _;
use tokio::signal::unix::{SignalKind, signal};

// One thread: on a machine that the server and its database share with it, the generator must stay small.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args::Arguments { command: args::Command::CheckIn(options) } = args::Arguments::parse();
    match until_stopped(check_in::run(&options)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Drops the work at the first SIGINT or SIGTERM: its children end with what holds them.
async fn until_stopped(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        result = work => result,
        _ = interrupt.recv() => Err(anyhow::anyhow!("interrupted")),
        _ = terminate.recv() => Err(anyhow::anyhow!("terminated")),
    }
}
