//! `load listeners`: how long a check-in takes until one listener knows of it, and until each of a thousand does.

use std::{
    fmt::Write as _,
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use rollcall_proto::v1::{AttendanceEvent, WatchAttendanceRequest, live_service_client::LiveServiceClient};
use rollcall_tests::{clock::machine_time, redis::Redis, token};
use tokio::{sync::watch, time::MissedTickBehavior};
use tonic::{Request, Streaming, transport::Channel};

use crate::{
    args::Listeners,
    closed_loop::Caller as _,
    codes::Codes,
    crowd::Crowd,
    figures::quantile,
    grpc, metrics,
    server::{Program, SECRET, Server},
    store::{SEEDED, Store},
    usage::{self, Cpu},
    world::World,
};
use socket::{Books, Listener, Sent};

mod socket;

/// Every listener is to know of a change within this, 99 times of 100.
const TARGET: Duration = Duration::from_millis(250);
/// How long the last change may be on its way before it counts as lost.
const LOST: Duration = Duration::from_secs(30);
/// One who does not read is cut after ten seconds.
const CUT: Duration = Duration::from_secs(15);
/// One who does not read is sent no more than this, and takes an HTTP/2 stream of a connection that others use too.
const STALLED_WINDOW_BYTES: u32 = 512;
const STALLED_ON_A_CONNECTION: u32 = 100;

/// Measures, prints, and leaves nothing behind, also where it breaks off or is told to.
pub async fn run(options: &Listeners, stopped: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("rollcall-load-").tempdir()?;
    let mut program = Program::find(options.server.as_deref(), folder.path(), &options.set)?;
    let redis = match options.replicas {
        1 => None,
        _ => Some(Redis::start(folder.path()).await),
    };
    program.more.extend(redis.as_ref().map(|redis| format!("REDIS_URL={}", redis.url())));
    let store = Store::start(options.database, options.postgres_url.as_deref(), folder.path()).await?;
    let result = tokio::select! {
        result = measure(options, &program, &store) => result,
        error = stopped => Err(error),
    };
    let cleared = store.clear().await;
    // The database before the folder that it is in.
    drop((store, redis));
    let (table, p99, cut) = result?;
    cleared?;
    folder.close()?;
    println!("{table}");
    anyhow::ensure!(cut >= f64::from(options.stalled), "who does not read is not cut");
    anyhow::ensure!(p99 <= TARGET, "p99 is {p99:?}, more than {TARGET:?}");
    Ok(())
}

/// What is measured with so many listeners.
struct Phase {
    listeners: usize,
    delays: Vec<Duration>,
    /// From sending a check-in to its answer.
    answers: Vec<Duration>,
    cpu: Cpu,
    /// Of those that do not read.
    cut: f64,
    mib: f64,
    peak_mib: f64,
}

/// The table, the p99 with all listeners, and how many of them were cut.
async fn measure(options: &Listeners, program: &Program, store: &Store) -> anyhow::Result<(String, Duration, f64)> {
    let changes = options.changes_per_second * u32::try_from(options.seconds)?;
    let (world, seed) = World::plan(1, 2 * changes);
    store.create(SEEDED).await?;
    program.seed(&store.url(SEEDED), &seed).await?;
    drop(seed);
    store.settle(SEEDED).await?;
    let mut servers = Vec::new();
    for number in 0..options.replicas {
        servers.push(program.serve(&store.url(SEEDED), &format!("listeners{number}")).await?);
    }
    let hall = Hall {
        options,
        store,
        world: &world,
        servers: &servers,
        crowd: Crowd::gather(&world, Codes::follow(servers[0].grpc, &world).await?),
        changes: changes as usize,
    };
    eprintln!("one listener");
    let alone = hall.phase(1, 0, 0).await?;
    eprintln!("{} listeners, and {} that do not read", options.listeners, options.stalled);
    let together = hall.phase(options.listeners, options.stalled, hall.changes).await?;
    let complaints: String = servers.iter().map(Server::complaints).collect();
    anyhow::ensure!(complaints.is_empty(), "the server complains:\n{complaints}");
    Ok((table(options, &alone, &together)?, quantile(&together.delays, 0.99), together.cut))
}

/// Where the listeners are.
struct Hall<'run> {
    options: &'run Listeners,
    store: &'run Store,
    world: &'run World,
    servers: &'run [Server],
    crowd: Crowd,
    changes: usize,
}

impl Hall<'_> {
    async fn phase(&self, listeners: u32, stalled: u32, first_student: usize) -> anyhow::Result<Phase> {
        let (sent, (tell, due)) = (Sent::default(), watch::channel(None));
        let teacher = format!("Bearer {}", token::mint(SECRET, &self.world.teacher, machine_time()));
        let (session, mut open) = (self.world.sessions[0], Vec::new());
        for (_, server) in (0..listeners).zip(self.servers.iter().cycle()) {
            open.push(Listener::open(server.edge, session, &teacher, sent.clone(), due.clone()).await?);
        }
        let idle = self.stall(stalled, &teacher).await?;
        let mib = self.servers.iter().map(|server| usage::memory_mib(server.id())).sum();
        self.servers.iter().for_each(|server| usage::forget_peak(server.id()));
        let before = self.cpu();
        let answers = self.change(first_student, &sent).await?;
        tell.send(Some(self.changes))?;
        let books = tokio::time::timeout(LOST, close(open)).await.context("a change did not come everywhere")??;
        let cpu = self.cpu().since(before);
        let cut = self.cut(stalled).await?;
        drop(idle);
        anyhow::ensure!(
            books.iter().all(|one| one.delays.len() == self.changes && one.order == books[0].order),
            "a change was told twice, or in another order"
        );
        Ok(Phase {
            listeners: books.len(),
            delays: books.into_iter().flat_map(|one| one.delays).collect(),
            answers,
            cpu,
            cut,
            mib,
            peak_mib: self.servers.iter().map(|server| usage::peak_memory_mib(server.id())).sum(),
        })
    }

    /// Opens streams that nobody reads.
    async fn stall(&self, number: u32, bearer: &str) -> anyhow::Result<Vec<Streaming<AttendanceEvent>>> {
        let mut streams = Vec::new();
        let mut channel: Option<Channel> = None;
        for index in 0..number {
            let line = match channel.take().filter(|_| index % STALLED_ON_A_CONNECTION > 0) {
                Some(line) => line,
                None => narrow(self.servers[index as usize % self.servers.len()].grpc).await?,
            };
            let session_id = self.world.sessions[0].to_string();
            let mut request = Request::new(WatchAttendanceRequest { session_id, resume_token: String::new() });
            request.metadata_mut().insert("authorization", bearer.parse()?);
            streams.push(LiveServiceClient::new(line.clone()).watch_attendance(request).await?.into_inner());
            channel = Some(line);
        }
        Ok(streams)
    }

    /// Waits until as many were cut as do not read, and says how many it were in time.
    async fn cut(&self, stalled: u32) -> anyhow::Result<f64> {
        let begun = Instant::now();
        loop {
            let mut cut = 0.0;
            for server in self.servers {
                cut += metrics::value(server.admin, "rollcall_live_cuts_total").await?.unwrap_or(0.0);
            }
            if cut >= f64::from(stalled) || begun.elapsed() > CUT {
                return Ok(cut);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Checks students in at a steady pace, over every replica in turn.
    async fn change(&self, first_student: usize, sent: &Sent) -> anyhow::Result<Vec<Duration>> {
        let mut callers = Vec::new();
        for server in self.servers {
            callers.extend(grpc::connect(server.grpc, 1, 1).await?);
        }
        let mut pace = tokio::time::interval(Duration::from_secs(1) / self.options.changes_per_second);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut answers = Vec::with_capacity(self.changes);
        for number in 0..self.changes {
            pace.tick().await;
            let check_in = self.crowd.next().context("no student is left")?;
            let begun = Instant::now();
            sent.lock().expect("the times").insert(self.world.students[first_student + number].id, begun);
            let caller = number % callers.len();
            callers[caller].check_in(check_in).await.map_err(|error| anyhow::anyhow!("a check-in failed: {error}"))?;
            answers.push(begun.elapsed());
        }
        Ok(answers)
    }

    /// Of every replica; the database and this tool once.
    fn cpu(&self) -> Cpu {
        let whole = Cpu::read(None, self.store.postmaster());
        Cpu { server: self.servers.iter().map(|server| usage::of_process(server.id())).sum(), ..whole }
    }
}

async fn close(open: Vec<Listener>) -> anyhow::Result<Vec<Books>> {
    let mut books = Vec::with_capacity(open.len());
    for listener in open {
        books.push(listener.close().await?);
    }
    Ok(books)
}

async fn narrow(grpc: SocketAddr) -> anyhow::Result<Channel> {
    let channel = Channel::from_shared(format!("http://{grpc}"))?.initial_stream_window_size(STALLED_WINDOW_BYTES);
    Ok(channel.connect().await?)
}

fn table(options: &Listeners, alone: &Phase, together: &Phase) -> anyhow::Result<String> {
    let mut table = format!(
        "{} changes a second for {} s, each phase; {} replica(s), WebSockets\n{:<44}{:>12}{:>12}\n",
        options.changes_per_second, options.seconds, options.replicas, "", "alone", "together"
    );
    let mut row = |name: &str, figure: &dyn Fn(&Phase) -> String| {
        writeln!(table, "{name:<44}{:>12}{:>12}", figure(alone), figure(together))
    };
    row("listeners that read", &|phase| phase.listeners.to_string())?;
    row("arrivals", &|phase| phase.delays.len().to_string())?;
    // The commit lies between sending and answer, so these are at most too long.
    for (name, share) in [("p50", 0.5), ("p99", 0.99), ("max", 1.0)] {
        row(&format!("sending to arrival {name}, ms"), &|phase| millis(&phase.delays, share))?;
    }
    row("sending to answer p50, ms", &|phase| millis(&phase.answers, 0.5))?;
    row("sending to answer p99, ms", &|phase| millis(&phase.answers, 0.99))?;
    row("CPU of the server per arrival, µs", &|phase| {
        format!("{:.1}", phase.cpu.server * 1e6 / phase.delays.len() as f64)
    })?;
    row("processors busy: server", &|phase| busy(options, phase.cpu.server))?;
    row("processors busy: this tool", &|phase| busy(options, phase.cpu.generator))?;
    row("processors busy: others", &|phase| busy(options, phase.cpu.others()))?;
    row("resident memory of the server, quiet, MiB", &|phase| format!("{:.1}", phase.mib))?;
    row("resident memory of the server, peak, MiB", &|phase| format!("{:.1}", phase.peak_mib))?;
    let ratio = quantile(&together.delays, 0.99).as_secs_f64() / quantile(&alone.delays, 0.99).as_secs_f64();
    writeln!(table, "{:<44}{:>12}{:>12.1}", "p99, as many times that of one alone", "", ratio)?;
    let each = (together.mib - alone.mib) * 1024.0 / f64::from(options.listeners.max(2) - 1 + options.stalled);
    writeln!(table, "{:<44}{:>12}{:>12.1}", "memory of a listener, KiB", "", each)?;
    let cut = format!("{} of {}", together.cut, options.stalled);
    writeln!(table, "{:<44}{:>12}{:>12}", "listeners that do not read, and were cut", "", cut)?;
    Ok(table)
}

fn millis(delays: &[Duration], share: f64) -> String {
    format!("{:.1}", quantile(delays, share).as_secs_f64() * 1e3)
}

fn busy(options: &Listeners, seconds: f64) -> String {
    format!("{:.2}", seconds / options.seconds as f64)
}
