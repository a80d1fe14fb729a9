//! `load punches`: pgbench; punches one by one, in lists and in a stream; hours; pgbench; then the table.

mod bare;
mod figures;
mod gate;
mod hours;
mod office;

use std::{path::Path, sync::Arc, time::Duration};

use crate::{
    args::{Database, Punches},
    closed_loop::Answers,
    metrics,
    pgbench::Inserts,
    school::plan,
    server::{Program, Server},
    store::{SEEDED, Store},
    usage::{self, Cpu},
};
use figures::Phase;
use gate::Gate;
use hours::{Read, Reader};
use office::Office;

/// The server's database, and what its log is called.
const NAME: &str = "punches";
/// What is asked for, as a ratio to the rate at which pgbench inserts bare rows.
const SINGLE_TARGET: f64 = 0.5;
const BULK_TARGET: f64 = 2.0;

/// All that was measured.
pub struct Findings {
    phases: Vec<Phase>,
    /// pgbench's runs before and after; none where it was left out.
    inserts: Vec<Inserts>,
    reads: Vec<Read>,
    /// How long the server's own job took to settle what the last punches left.
    backlog: Duration,
    /// INs that are stored, and those that days count.
    ins: (i64, i64),
    row_bytes: i64,
    mean_batch: Option<f64>,
    idle_mib: f64,
    peak_mib: f64,
    /// Whether PostgreSQL's processes could be counted.
    postgres_is_known: bool,
    /// What the server logged.
    complaints: String,
}

/// Measures, prints, and leaves nothing behind, also where it breaks off or is told to.
pub async fn run(options: &Punches, stopped: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("rollcall-load-").tempdir()?;
    let program = Program::find(options.server.as_deref(), folder.path(), &options.set)?;
    let store = Store::start(Database::Postgres, options.postgres_url.as_deref(), folder.path()).await?;
    let result = tokio::select! {
        result = measure(options, &program, &store, folder.path()) => result,
        error = stopped => Err(error),
    };
    let cleared = store.clear().await;
    // The database before the folder that it is in.
    drop(store);
    // Why the work failed says more than why it could not be cleared away.
    let findings = result?;
    cleared?;
    folder.close()?;
    println!("{}", figures::table(options, &findings));
    figures::check(&findings)
}

async fn measure(options: &Punches, program: &Program, store: &Store, folder: &Path) -> anyhow::Result<Findings> {
    let (admin, seed) = plan();
    store.create(SEEDED).await?;
    program.seed(&store.url(SEEDED), &seed).await?;
    store.settle(SEEDED).await?;
    let mut inserts = Vec::new();
    bare::run(options, store, folder, &mut inserts).await?;

    store.copy(SEEDED, NAME).await?;
    let server = program.serve(&store.url(NAME), NAME).await?;
    let office = Office::new(&server, admin);
    eprintln!("making {} employees", options.employees);
    let employees = office.employ(options.employees).await?;
    let idle_mib = usage::memory_mib(server.id());
    usage::forget_peak(server.id());

    let length = usize::try_from(options.list)?;
    let (employee_id, gate) = (employees[0].clone(), Arc::new(Gate::new(employees)));
    let reader = Reader { office: &office, gate: &gate, store, database: NAME, list: length, reads: options.reads };
    let hall = Hall { store, server: &server, reader: &reader };
    let mut phases = Vec::new();
    eprintln!("sending punches one by one");
    let work = office.one_by_one(&gate, options.connections, options.seconds);
    phases.push(hall.phase("one by one", Some(SINGLE_TARGET), work).await?);
    let mean_batch = metrics::mean_batch(server.admin, "punch").await?;
    eprintln!("sending punches in lists");
    let work = office.in_lists(&gate, options.bulk_connections, length, options.seconds);
    phases.push(hall.phase("in lists", Some(BULK_TARGET), work).await?);
    eprintln!("sending punches in a stream");
    let work = office.in_a_stream(&gate, length, options.seconds);
    phases.push(hall.phase("in a stream", None, work).await?);

    let backlog = reader.settled().await?;
    // The planner knows the sizes as it would after a day.
    store.settle(NAME).await?;
    eprintln!("asking for hours");
    let reads = reader.ask_all(&employee_id).await?;

    let peak_mib = usage::peak_memory_mib(server.id());
    let complaints = server.complaints();
    drop(server);
    let ins = store.number(NAME, "SELECT count(*) FROM punches WHERE event_type = 'IN'").await?;
    let counted = store.number(NAME, "SELECT coalesce(sum(in_count), 0)::bigint FROM work_days").await?;
    let row_bytes = store.number(NAME, "SELECT coalesce(avg(pg_column_size(p.*)), 0)::bigint FROM punches p").await?;
    store.remove(NAME).await?;
    bare::run(options, store, folder, &mut inserts).await?;
    Ok(Findings {
        phases,
        inserts,
        reads,
        backlog,
        ins: (ins, counted),
        row_bytes,
        mean_batch,
        idle_mib,
        peak_mib,
        postgres_is_known: store.postmaster().is_some(),
        complaints,
    })
}

/// What is looked at while punches are sent.
struct Hall<'run> {
    store: &'run Store,
    server: &'run Server,
    reader: &'run Reader<'run>,
}

impl Hall<'_> {
    /// Measures one way of sending, with nothing left to do from the one before.
    async fn phase(
        &self,
        name: &'static str,
        target: Option<f64>,
        work: impl Future<Output = anyhow::Result<(Answers, usize)>>,
    ) -> anyhow::Result<Phase> {
        self.reader.settled().await?;
        self.store.settle(NAME).await?;
        let rows = self.rows().await?;
        let before = Cpu::read(Some(self.server.id()), self.store.postmaster());
        let (answers, acknowledged) = work.await?;
        let cpu = Cpu::read(Some(self.server.id()), self.store.postmaster()).since(before);
        let rows = self.rows().await? - rows;
        Ok(Phase { name, target, acknowledged, answers, cpu, rows })
    }

    async fn rows(&self) -> anyhow::Result<i64> {
        self.store.number(NAME, "SELECT count(*) FROM punches").await
    }
}
