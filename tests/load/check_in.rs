//! `load check-in`: pgbench, a transport, pgbench, the next transport, pgbench; then the table.

use std::{path::Path, sync::Arc, time::Duration};

use crate::{
    args::{CheckIn, Transport},
    closed_loop::{self, Answers},
    codes::Codes,
    crowd::Crowd,
    figures::{self, Round},
    grpc, metrics,
    pgbench::{self, Inserts},
    rest,
    server::{Program, Server},
    store::{SEEDED, Store},
    usage::{self, Cpu},
    world::World,
};

/// How long a server may lie still before its idle memory is read.
const STILL: Duration = Duration::from_secs(2);

/// Measures, prints, and leaves nothing behind, also where it breaks off or is told to.
pub async fn run(options: &CheckIn, stopped: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("rollcall-load-").tempdir()?;
    let program = Program::find(options.server.as_deref(), folder.path(), &options.set)?;
    let store = Store::start(options.database, options.postgres_url.as_deref(), folder.path()).await?;
    let result = tokio::select! {
        result = measure(options, &program, &store, folder.path()) => result,
        error = stopped => Err(error),
    };
    let cleared = store.clear().await;
    // The database before the folder that it is in.
    drop(store);
    // Why the work failed says more than why it could not be cleared away.
    let (rounds, inserts) = result?;
    cleared?;
    folder.close()?;
    println!("{}", figures::table(options, &rounds, &inserts));
    figures::check(&rounds)
}

async fn measure(
    options: &CheckIn,
    program: &Program,
    store: &Store,
    folder: &Path,
) -> anyhow::Result<(Vec<Round>, Vec<Inserts>)> {
    eprintln!("seeding {} sessions and {} students", options.sessions, options.students);
    let (world, seed) = World::plan(options.sessions, options.students);
    store.create(SEEDED).await?;
    program.seed(&store.url(SEEDED), &seed).await?;
    drop(seed);
    store.settle(SEEDED).await?;

    let mut inserts = Vec::new();
    bare(options, store, folder, &mut inserts).await?;
    let mut rounds = Vec::new();
    for &transport in options.transport.each() {
        eprintln!("checking in over {}", transport.name());
        rounds.push(round(options, program, store, &world, transport).await?);
        bare(options, store, folder, &mut inserts).await?;
    }
    Ok((rounds, inserts))
}

/// Runs pgbench, where there is something to run it against.
async fn bare(options: &CheckIn, store: &Store, folder: &Path, inserts: &mut Vec<Inserts>) -> anyhow::Result<()> {
    if store.is_postgres() && options.pgbench_seconds > 0 {
        eprintln!("inserting bare rows");
        inserts.push(pgbench::run(store, folder, options.pgbench_seconds).await?);
    }
    Ok(())
}

async fn round(
    options: &CheckIn,
    program: &Program,
    store: &Store,
    world: &World,
    transport: Transport,
) -> anyhow::Result<Round> {
    let name = match transport {
        Transport::Grpc => "grpc",
        Transport::Rest => "rest",
    };
    store.copy(SEEDED, name).await?;
    store.settle(name).await?;
    let server = program.serve(&store.url(name), name).await?;
    tokio::time::sleep(STILL).await;
    let idle_mib = usage::memory_mib(server.id());

    let codes = Codes::follow(server.grpc, world).await?;
    let crowd = Arc::new(Crowd::gather(world, codes));
    usage::forget_peak(server.id());
    let before = Cpu::read(Some(server.id()), store.postmaster());
    let answers = send(options, &server, crowd, transport).await?;
    let cpu = Cpu::read(Some(server.id()), store.postmaster()).since(before);

    let peak_mib = usage::peak_memory_mib(server.id());
    let mean_batch = metrics::mean_batch(server.admin, "check_in").await?;
    let complaints = server.complaints();
    drop(server);
    let rows = store.number(name, "SELECT count(*) FROM attendance_records WHERE check_in_id IS NOT NULL").await?;
    let row_bytes = match store.is_postgres() && rows > 0 {
        true => Some(store.number(name, "SELECT avg(pg_column_size(r.*))::bigint FROM attendance_records r").await?),
        false => None,
    };
    store.remove(name).await?;
    let postgres_is_known = store.postmaster().is_some();
    Ok(Round {
        transport,
        answers,
        cpu,
        postgres_is_known,
        idle_mib,
        peak_mib,
        mean_batch,
        rows,
        row_bytes,
        complaints,
    })
}

async fn send(options: &CheckIn, server: &Server, crowd: Arc<Crowd>, transport: Transport) -> anyhow::Result<Answers> {
    Ok(match transport {
        Transport::Grpc => {
            let callers = grpc::connect(server.grpc, options.connections, options.in_flight).await?;
            closed_loop::run(callers, crowd, options.seconds).await
        }
        Transport::Rest => {
            let callers = rest::connect(server.edge, options.connections).await?;
            closed_loop::run(callers, crowd, options.seconds).await
        }
    })
}
