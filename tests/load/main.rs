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
    let result = match stop_on_signal() {
        Ok(stopped) => check_in::run(&options, stopped).await,
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Takes SIGINT and SIGTERM from now on, and is done at the first of them: what was started must be ended in order.
fn stop_on_signal() -> std::io::Result<impl Future<Output = anyhow::Error>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => anyhow::anyhow!("interrupted"),
            _ = terminate.recv() => anyhow::anyhow!("terminated"),
        }
    })
}
