//! A PostgreSQL cluster in a folder of its own, as durable as its defaults make it. It differs from the harness's clusters in
//! its size and in that its processes can be counted.

use std::{
    fs::Permissions,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use rollcall_tests::process::free_port;
use sea_orm::Database;

use crate::child::Child;

const START: Duration = Duration::from_secs(30);

pub struct Cluster {
    process: Child,
    port: u16,
}

impl Cluster {
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        let home = folder.join("postgres");
        std::fs::create_dir(&home)?;
        if let Some((user, group)) = stand_in() {
            // PostgreSQL refuses root, and the account that may run it must reach its folder.
            chown(&home, Some(user), Some(group))?;
            std::fs::set_permissions(folder, Permissions::from_mode(0o755))?;
        }
        let data = home.join("data");
        let made = program("initdb")
            .args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--pgdata"])
            .arg(&data)
            .current_dir(&home)
            .output()
            .context("starting initdb")?;
        anyhow::ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));

        let port = free_port();
        let mut command = program("postgres");
        command.arg("-D").arg(&data).current_dir(&home);
        for setting in [
            &format!("port={port}"),
            &format!("unix_socket_directories={}", home.display()),
            "listen_addresses=127.0.0.1",
            // A commit is answered when it is on the disk; both are the defaults, and no file may say otherwise.
            "fsync=on",
            "synchronous_commit=on",
            // The rows of a run fit, so that the disk is used for commits and not for reading.
            "shared_buffers=512MB",
        ] {
            command.args(["-c", setting]);
        }
        // SIGQUIT ends it at once; nobody needs its data any more.
        let process = Child::start(command, "QUIT", folder.join("postgres.log"))?;
        let mut cluster = Self { process, port };
        cluster.wait().await?;
        Ok(cluster)
    }

    async fn wait(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        let address = format!("{}/postgres?sslmode=disable", self.url());
        loop {
            anyhow::ensure!(self.process.is_running(), "PostgreSQL has ended:\n{}", self.process.output());
            match Database::connect(&address).await {
                Ok(connection) => return Ok(connection.close().await?),
                Err(error) => anyhow::ensure!(begun.elapsed() < START, "PostgreSQL does not answer: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The superuser's address, without a database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    /// The postmaster, whose children do the work.
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

/// A program of the newest PostgreSQL on this machine, as the account that may run it.
fn program(name: &str) -> Command {
    let mut command = Command::new(find(name));
    if let Some((user, group)) = stand_in() {
        command.uid(user).gid(group);
    }
    command
}

/// Where a program of the newest PostgreSQL is: Debian keeps them off the path.
pub fn find(name: &str) -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin").join(name)))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    found.pop().unwrap_or_else(|| name.into())
}

/// The account `postgres`, where this process runs as root.
fn stand_in() -> Option<(u32, u32)> {
    if std::fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    let line = accounts.lines().find(|line| line.starts_with("postgres:"))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}
