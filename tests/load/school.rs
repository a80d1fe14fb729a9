//! `load school`: each file of a school is imported, imported again unchanged, and exported, while somebody else writes; then
//! all people are listed page by page, and sessions are planned and made up.

mod makeup;

use std::{
    fmt::Write as _,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context as _;
use reqwest::{Client, RequestBuilder, Response};
use rollcall_tests::{
    clock::machine_time,
    password,
    school::{self, Size},
    seed::{Role, Seed, SeedCollege, SeedUser},
    token,
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    args::School,
    server::{Program, SECRET, Server},
    store::{SEEDED, Store},
    usage,
};

/// The longest that a file of 10,000 rows may take.
const TARGET_SECONDS_PER_10_000: f64 = 10.0;
pub const PAGE_SIZE: usize = 500;
const CALL_TIMEOUT: Duration = Duration::from_secs(90);

/// Measures, prints, and leaves nothing behind, also where it breaks off or is told to.
pub async fn run(options: &School, stopped: impl Future<Output = anyhow::Error>) -> anyhow::Result<()> {
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
    let table = result?;
    cleared?;
    folder.close()?;
    println!("{table}");
    Ok(())
}

async fn measure(options: &School, program: &Program, store: &Store, folder: &Path) -> anyhow::Result<String> {
    let size = Size { students: usize::try_from(options.students)?, ..Size::BIG };
    let (admin, seed) = plan();
    store.create(SEEDED).await?;
    program.seed(&store.url(SEEDED), &seed).await?;
    let server = program.serve(&store.url(SEEDED), "school").await?;
    let caller = Caller::new(&server, admin);
    let idle_mib = usage::memory_mib(server.id());
    usage::forget_peak(server.id());

    let mut table = format!("{size:?}\n\n");
    writeln!(
        table,
        "{:<15}{:>8}{:>10}{:>12}{:>10}{:>12}   others' writes meanwhile (p50, longest)",
        "kind", "rows", "import", "unchanged", "export", "bytes"
    )?;
    for file in school::files(size) {
        eprintln!("{}: {} rows", file.kind, file.rows);
        std::fs::write(folder.join(file.kind).with_extension("csv"), &file.csv)?;
        let others = Others::begin(&caller);
        let import = caller.import(file.kind, &file.csv, ["created", "unchanged"], file.rows).await?;
        let waits = others.end().await?;
        let unchanged = caller.import(file.kind, &file.csv, ["unchanged", "created"], file.rows).await?;
        let (export, bytes) = caller.export(file.kind).await?;
        writeln!(
            table,
            "{:<15}{:>8}{:>8.2} s{:>10.2} s{:>8.2} s{:>12}   {waits}",
            file.kind, file.rows, import, unchanged, export, bytes
        )?;
        let target = TARGET_SECONDS_PER_10_000 * (file.rows as f64 / 10_000.0).max(1.0);
        anyhow::ensure!(import < target, "{}: {import:.1} s for {} rows", file.kind, file.rows);
    }
    table.push_str(&caller.list(size.students + size.teachers + 1).await?);
    table.push_str(&caller.make_up().await?);
    let peak_mib = usage::peak_memory_mib(server.id());
    writeln!(table, "server: {idle_mib:.0} MiB idle, {peak_mib:.0} MiB at most")?;
    let complaints = server.complaints();
    anyhow::ensure!(complaints.is_empty(), "the server complains:\n{complaints}");
    close(server);
    Ok(table)
}

/// A college with nobody but its administrator.
pub fn plan() -> (SeedUser, Seed) {
    let college = SeedCollege {
        id: Uuid::now_v7(),
        short_name: "school".to_owned(),
        name: "The school".to_owned(),
        time_zone: "Asia/Kolkata".to_owned(),
        late_grace_seconds: 600,
        plan_horizon_days: 0,
    };
    let admin = SeedUser {
        id: Uuid::now_v7(),
        college_id: college.id,
        email: "admin@school.example".to_owned(),
        username: "admin".to_owned(),
        role: Role::Admin,
        division_id: None,
        is_active: true,
        password_hash: None,
    };
    let seed = Seed {
        password_hash: password::hash(password::PASSWORD),
        colleges: vec![college],
        users: vec![admin.clone()],
        ..Default::default()
    };
    (admin, seed)
}

/// Ends the server before what it uses goes.
fn close(server: Server) {
    drop(server);
}

/// The administrator.
#[derive(Clone)]
pub struct Caller {
    client: Client,
    base: String,
    admin: SeedUser,
}

impl Caller {
    pub fn new(server: &Server, admin: SeedUser) -> Self {
        Self {
            client: rollcall_tests::rest::client().build().expect("a client"),
            base: format!("http://{}/api/v1", server.edge),
            admin,
        }
    }

    async fn send(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        let token = token::mint(SECRET, &self.admin, machine_time());
        let response = request.bearer_auth(token).timeout(CALL_TIMEOUT).send().await?;
        let status = response.status();
        if status != 200 {
            anyhow::bail!("{status}: {}", response.text().await.unwrap_or_default());
        }
        Ok(response)
    }

    /// What a path gives, and how long it took.
    pub async fn get(&self, path: &str) -> anyhow::Result<(Value, Duration)> {
        let begun = Instant::now();
        let told = self.send(self.client.get(format!("{}{path}", self.base))).await?.json().await?;
        Ok((told, begun.elapsed()))
    }

    /// Imports a file, of which every row must be of the first of two sorts. Tells the seconds that it took.
    async fn import(&self, kind: &str, csv: &str, [all, none]: [&str; 2], rows: usize) -> anyhow::Result<f64> {
        let begun = Instant::now();
        let request = self.client.post(format!("{}/imports/{kind}", self.base)).header("content-type", "text/csv");
        let told: Value = self.send(request.body(csv.to_owned())).await?.json().await?;
        let seconds = begun.elapsed().as_secs_f64();
        anyhow::ensure!(
            told[all].as_u64() == Some(rows as u64) && told[none].as_u64() == Some(0),
            "{kind}: not all {rows} rows are {all}: {told}"
        );
        Ok(seconds)
    }

    async fn export(&self, kind: &str) -> anyhow::Result<(f64, usize)> {
        let begun = Instant::now();
        let response = self.send(self.client.get(format!("{}/exports/{kind}", self.base))).await?;
        let bytes = response.bytes().await?.len();
        Ok((begun.elapsed().as_secs_f64(), bytes))
    }

    /// Lists everybody page by page: a page must take as long at the end as at the beginning.
    async fn list(&self, people: usize) -> anyhow::Result<String> {
        let (found, took) = self.pages("").await?;
        anyhow::ensure!(found == people, "{found} of {people} people are listed");
        let (first, last) = took.split_at(took.len() / 2);
        Ok(format!(
            "\n{people} people in pages of {PAGE_SIZE}: p95 {:.1} ms; first half p95 {:.1} ms, second half p95 {:.1} ms\n",
            millis(&took, 0.95),
            millis(first, 0.95),
            millis(last, 0.95)
        ))
    }

    /// Lists all whom a query finds. Tells how many they are, and how long each page took.
    pub async fn pages(&self, query: &str) -> anyhow::Result<(usize, Vec<Duration>)> {
        let (mut found, mut token, mut took) = (0, String::new(), Vec::new());
        loop {
            let begun = Instant::now();
            let path = format!("{}/users?page_size={PAGE_SIZE}&page_token={token}&query={query}", self.base);
            let page: Value = self.send(self.client.get(path)).await?.json().await?;
            took.push(begun.elapsed());
            found += page["users"].as_array().map_or(0, Vec::len);
            page["next_page_token"].as_str().context("no token")?.clone_into(&mut token);
            if token.is_empty() {
                return Ok((found, took));
            }
        }
    }
}

/// Somebody who writes while a file is imported.
struct Others {
    stop: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<anyhow::Result<Vec<Duration>>>,
}

impl Others {
    fn begin(caller: &Caller) -> Self {
        let (stop, caller) = (Arc::new(AtomicBool::new(false)), caller.clone());
        let stopped = stop.clone();
        let task = tokio::spawn(async move {
            let mut took = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                let begun = Instant::now();
                let request = caller.client.patch(format!("{}/users/me", caller.base));
                caller.send(request.json(&serde_json::json!({"username": "admin"}))).await?;
                took.push(begun.elapsed());
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok(took)
        });
        Self { stop, task }
    }

    async fn end(self) -> anyhow::Result<String> {
        self.stop.store(true, Ordering::Relaxed);
        let took = self.task.await??;
        Ok(format!("{:.0} ms, {:.0} ms", millis(&took, 0.5), millis(&took, 1.0)))
    }
}

/// A quantile in milliseconds.
pub fn millis(took: &[Duration], quantile: f64) -> f64 {
    let mut sorted = took.to_vec();
    sorted.sort_unstable();
    let place = ((sorted.len() as f64 * quantile).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(place).map_or(0.0, |took| took.as_secs_f64() * 1e3)
}
