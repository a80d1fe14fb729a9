//! Load. Each run starts what it measures on loopback and stops all that it started.
//!
//! `load check-in` says how many check-ins a second the server stores, how long each takes and what it costs, with PostgreSQL
//! alone beside it. With `--transport both` it also says how close REST comes to gRPC.
//!
//! `load edge` says what REST calls cost the edge alone, with Envoy beside it.
//!
//! `load sign-in-timing` says whether the time that a refused sign-in takes tells why it was refused. Hashing is optimised in
//! every build, so that any will do.
//!
//! `load school` imports a whole school from CSV files, and says how long that takes, how long others wait meanwhile, and
//! whether the pages of a long list take as long at its end as at its beginning.
//!
//! `load listeners` has a thousand watch one session, and says how long each takes to know of a check-in, with one that
//! watches alone beside them.
//!
//! `load people` says the same of a college of 100,000, seeded at once, and of searches among them.
//!
//! `load crossing` has two colleges with the same names work at once on two replicas, over PostgreSQL and Redis, and fails if
//! anything of one is told to the other. It takes the server that lies beside it, or `ROLLCALL_BINARY`. Any build will do.
//!
//! `load statistics` says what statistics over millions of records cost, and whether they are what the records say. PostgreSQL does
//! most of the work, so that any build will do for a first figure.
//!
//! `load semester` lives through a whole semester by an accelerated clock: sessions arise, are held, cancelled, made up and rated,
//! records are marked, corrected and excused. It fails where the server's statistics are not what counting every record gives, or
//! a record is not what was acknowledged. It takes the server that lies beside it, or `ROLLCALL_BINARY`. Any build will do.
//!
//! `load punches` says how many punches a second the server stores, one by one, in lists and in a stream, with PostgreSQL alone beside it;
//! and how long it takes to tell hours, with punches that came just before and without.
//!
//! `load factors` says what a check-in costs that shows everything but a face, beside one with a code and a position.
//!
//! `load relay` has codes passed on from the room to somebody elsewhere, in 2, 5, 10 and 20 s, and says how often they are accepted, by how
//! codes rotate; and how often honest check-ins are that arrive up to 4 s after the scan. It takes the server that lies beside it, or
//! `ROLLCALL_BINARY`. Any build will do.
//!
//! `load geodesic` asks of a million points in and around fences all over the earth whether they are inside, and fails where GeographicLib
//! says otherwise of one that is farther than half a metre from an edge. It takes the server that lies beside it, or `ROLLCALL_BINARY`. Any
//! build will do; a release build takes minutes.
//!
//! `load positions` lets honest people and intruders check in by positions that are as wrong as their phones say, says how often they are
//! accepted, flagged and refused, and fails where an answer is not what a sum of its own makes of the position. Any build will do.
//!
//! `load spoofing` sends a thousand honest check-ins and a thousand with something made up, over five days by a moved clock, and says how many
//! of each the server refuses or flags, by kind. It takes the server that lies beside it, or `ROLLCALL_BINARY`. Any build will do.
//!
//! The others want a release build: `cargo build --release -p rollcall-server -p rollcall-tests`, then `target/release/load`. The
//! machine's other work decides figures too, so they say how much of that there was.

mod args;
mod check_in;
mod child;
mod closed_loop;
mod cluster;
mod codes;
mod crossing;
mod crowd;
mod edge;
mod factors;
mod figures;
mod geodesic;
mod grpc;
mod http1;
mod listeners;
mod metrics;
mod people;
mod pgbench;
mod positions;
mod punches;
mod relay;
mod rest;
mod school;
mod semester;
mod server;
mod sign_in_timing;
mod spoofing;
mod statistics;
mod store;
mod usage;
mod wilson;
mod world;

use std::process::ExitCode;

use clap::Parser as _;
use tokio::signal::unix::{SignalKind, signal};

// One thread: on a machine that the server and its database share with it, the generator must stay small.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(args::Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: args::Command) -> anyhow::Result<()> {
    let stopped = stop_on_signal()?;
    match command {
        args::Command::CheckIn(options) => check_in::run(&options, stopped).await,
        args::Command::Crossing(options) => crossing::run(&options, stopped).await,
        args::Command::Edge(options) => edge::run(&options, stopped).await,
        args::Command::Geodesic(options) => geodesic::run(&options, stopped).await,
        args::Command::Listeners(options) => listeners::run(&options, stopped).await,
        args::Command::People(options) => people::run(&options, stopped).await,
        args::Command::Positions(options) => positions::run(&options, stopped).await,
        args::Command::Punches(options) => punches::run(&options, stopped).await,
        args::Command::Factors(options) => factors::run(&options, stopped).await,
        args::Command::Relay(options) => relay::run(&options, stopped).await,
        args::Command::School(options) => school::run(&options, stopped).await,
        args::Command::Semester(options) => semester::run(&options, stopped).await,
        args::Command::SignInTiming(options) => sign_in_timing::run(&options, stopped).await,
        args::Command::Spoofing(options) => spoofing::run(&options, stopped).await,
        args::Command::Statistics(options) => statistics::run(&options, stopped).await,
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
