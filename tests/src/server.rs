//! One `rollcall serve` as a child process.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::Command,
};

use crate::{
    process::Process,
    until::{until, until_within},
};

/// How long a server may take until it is ready. It includes the migrations of an empty database.
const START: Duration = Duration::from_secs(30);

/// What the settings of a server are called and are.
pub type Settings = BTreeMap<String, String>;

/// A running server.
pub struct Server {
    process: Process,
    output: Arc<Mutex<Vec<String>>>,
    pub grpc: SocketAddr,
    pub edge: SocketAddr,
}

impl Server {
    /// Starts `rollcall` with these arguments, and waits until it says that it is ready.
    ///
    /// # Panics
    /// When it ends or says nothing.
    pub async fn start(arguments: &[&str], settings: &Settings, folder: &Path, log: &Path) -> Self {
        let mut process = Process::start(command(arguments, settings, folder), log, true);
        let output = Arc::new(Mutex::new(Vec::new()));
        let mut lines = BufReader::new(process.child().stdout.take().expect("a pipe")).lines();
        let said = Arc::clone(&output);
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                said.lock().expect("the lines").push(line);
            }
        });
        let ready = until_within("the server is ready", START, async || {
            assert!(process.runs(), "the server has ended:\n{}", process.tail());
            line(&output, "rollcall ready")
        })
        .await;
        let address = |name| {
            field(&ready, name).and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no {name} in {ready:?}"))
        };
        // `rollcall edge` has no gRPC listener to name.
        let edge = address("edge");
        let grpc = if arguments.first() == Some(&"edge") { edge } else { address("grpc") };
        Self { process, output, grpc, edge }
    }

    /// The address of metrics, reflection and profiling.
    pub async fn admin(&self) -> SocketAddr {
        until("the server names its admin listener", async || {
            field(&line(&self.output, "rollcall admin")?, "http")?.parse().ok()
        })
        .await
    }

    /// What it said on its standard output.
    ///
    /// # Panics
    /// Never.
    pub fn said(&self) -> Vec<String> {
        self.output.lock().expect("the lines").clone()
    }

    /// The process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}

/// Runs `rollcall` with these arguments to its end.
///
/// # Panics
/// When it does not end.
pub async fn run(arguments: &[&str], settings: &Settings, folder: &Path) -> Output {
    let output = command(arguments, settings, folder).kill_on_drop(true).output();
    tokio::time::timeout(START, output)
        .await
        .unwrap_or_else(|_| panic!("rollcall {arguments:?} does not end"))
        .expect("the rollcall binary")
}

/// The same, with this on its standard input.
///
/// # Panics
/// When it does not end.
pub async fn run_with_input(arguments: &[&str], input: &str, settings: &Settings, folder: &Path) -> Output {
    let mut command = command(arguments, settings, folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().expect("the rollcall binary");
    // One that refuses its arguments does not read, which is no fault of the test.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes()).await;
    tokio::time::timeout(START, child.wait_with_output())
        .await
        .unwrap_or_else(|_| panic!("rollcall {arguments:?} does not end"))
        .expect("its end")
}

/// The binary, which `cargo build -p rollcall-server` has put beside the tests' folder or this tool, or `ROLLCALL_BINARY`.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("ROLLCALL_BINARY") {
        return path.into();
    }
    let this = std::env::current_exe().expect("the path of this test");
    let binaries = this.ancestors().skip(1).take(2).map(|folder| folder.join("rollcall"));
    let binary = binaries.into_iter().find(|binary| binary.is_file());
    binary.unwrap_or_else(|| panic!("no rollcall by {}: cargo build -p rollcall-server", this.display()))
}

fn command(arguments: &[&str], settings: &Settings, folder: &Path) -> Command {
    let mut command = Command::new(binary());
    // Nothing of the machine's own environment may decide a test.
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("RUST_BACKTRACE", "1");
    command.args(arguments).envs(settings).current_dir(folder);
    command
}

fn line(output: &Mutex<Vec<String>>, beginning: &str) -> Option<String> {
    output.lock().expect("the lines").iter().find(|line| line.starts_with(beginning)).cloned()
}

fn field<'line>(line: &'line str, name: &str) -> Option<&'line str> {
    line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
}
