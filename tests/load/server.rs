//! `rollcall` as a child: to seed, and to serve.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use rollcall_tests::seed::Seed;

use crate::child::Child;

/// The master secret of a run, which also signs its tokens.
pub const SECRET: &str = "m7Kq2ZtR9wXc4LsYb6UhJ8dGn3PfVe5a-load";
const START: Duration = Duration::from_secs(30);
const SEED: Duration = Duration::from_secs(600);
/// Begins the line that is printed when it is ready.
const READY: &str = "rollcall ready";

/// How to run the binary.
pub struct Program {
    pub binary: PathBuf,
    pub folder: PathBuf,
    /// `NAME=VALUE`, which win.
    pub more: Vec<String>,
}

pub struct Server {
    process: Child,
    pub grpc: SocketAddr,
    pub edge: SocketAddr,
    pub admin: SocketAddr,
}

impl Program {
    /// The binary that was named, or the one that cargo has put beside this tool.
    pub fn find(named: Option<&Path>, folder: &Path, more: &[String]) -> anyhow::Result<Self> {
        let binary = match named {
            Some(path) => path.to_owned(),
            None => std::env::current_exe()?.with_file_name("rollcall"),
        };
        let binary = binary.canonicalize().with_context(|| {
            format!("{} is missing: cargo build --release -p rollcall-server, or --server PATH", binary.display())
        })?;
        Ok(Self { binary, folder: folder.to_owned(), more: more.to_vec() })
    }

    pub async fn seed(&self, database: &str, seed: &Seed) -> anyhow::Result<()> {
        let file = self.folder.join("seed.json");
        std::fs::write(&file, serde_json::to_vec(seed)?)?;
        let mut command = tokio::process::Command::from(self.command(database));
        command.args(["admin", "seed"]).arg(&file).kill_on_drop(true);
        let output = tokio::time::timeout(SEED, command.output()).await.context("admin seed does not end")??;
        anyhow::ensure!(output.status.success(), "admin seed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    pub async fn serve(&self, database: &str, name: &str) -> anyhow::Result<Server> {
        let mut command = self.command(database);
        command.arg("serve");
        let (process, (grpc, edge, admin)) = self.start(command, name, addresses).await?;
        Ok(Server { process, grpc, edge, admin })
    }

    /// Starts the edge alone, in one thread, and returns it with its address.
    pub async fn edge(
        &self,
        upstream: SocketAddr,
        connections: u32,
        name: &str,
    ) -> anyhow::Result<(Child, SocketAddr)> {
        let mut command = self.command("sqlite::memory:");
        command.env("TOKIO_WORKER_THREADS", "1");
        command.args(["edge", "--upstream", &format!("http://{upstream}"), "--connections", &connections.to_string()]);
        self.start(command, name, |text| field(text, READY, "edge")).await
    }

    /// Starts a child and waits until its output tells what is looked for.
    async fn start<T>(
        &self,
        command: Command,
        name: &str,
        find: impl Fn(&str) -> Option<T>,
    ) -> anyhow::Result<(Child, T)> {
        let mut process = Child::start(command, "TERM", self.folder.join(name).with_extension("log"))?;
        let begun = Instant::now();
        loop {
            let is_running = process.is_running();
            let output = process.output();
            anyhow::ensure!(is_running, "the server has ended:\n{output}");
            anyhow::ensure!(begun.elapsed() < START, "the server is not ready:\n{output}");
            // The last line may still be half written.
            if let Some(found) = output.rsplit_once('\n').and_then(|(whole, _)| find(whole)) {
                return Ok((process, found));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn command(&self, database: &str) -> Command {
        let mut command = Command::new(&self.binary);
        // Nothing of the machine's own environment may decide a figure.
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).current_dir(&self.folder);
        for (name, value) in [
            ("SECRET_KEY", SECRET),
            ("DATABASE_URL", database),
            ("LOG_LEVEL", "WARN"),
            ("GRPC_PORT", "0"),
            ("API_PORT", "0"),
            ("ADMIN_PORT", "0"),
            ("RATE_LIMIT_IP_PER_MINUTE", "0"),
            ("RATE_LIMIT_USER_PER_HOUR", "0"),
        ] {
            command.env(name, value);
        }
        command.env("DATA_DIR", self.folder.join("data"));
        for setting in &self.more {
            command.args(["--set", setting]);
        }
        command
    }
}

impl Server {
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// What it had to say: with its level at WARN, only what went wrong.
    pub fn complaints(&self) -> String {
        let output = self.process.output();
        let lines: Vec<&str> = output.lines().filter(|line| !line.starts_with("rollcall ")).take(20).collect();
        lines.join("\n")
    }
}

/// What the two lines say that it prints when it is ready.
fn addresses(text: &str) -> Option<(SocketAddr, SocketAddr, SocketAddr)> {
    Some((field(text, READY, "grpc")?, field(text, READY, "edge")?, field(text, "rollcall admin", "http")?))
}

/// An address in the line that begins so.
fn field(text: &str, beginning: &str, name: &str) -> Option<SocketAddr> {
    let line = text.lines().find(|line| line.starts_with(beginning))?;
    line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
}
