//! PostgreSQL. `ROLLCALL_TEST_POSTGRES` names a superuser of a cluster that all tests of a run share, each with a database
//! of its own; `tests/run` sets it. Without it, and for tests that stop the database, a world has its own cluster.

use std::{
    env,
    fs::Permissions,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
};

use sea_orm::{ConnectionTrait as _, Database};
use tokio::process::Command;
use uuid::Uuid;

use crate::{
    process::{Process, free_port},
    until::until,
};

const VARIABLE: &str = "ROLLCALL_TEST_POSTGRES";

/// A cluster, shared or own, and the world's database in it.
pub struct Postgres {
    /// The superuser's address without a database: `postgres://…:port`.
    server: String,
    database: String,
    own: Option<Cluster>,
}

/// A cluster that the test started.
struct Cluster {
    process: Option<Process>,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// A new, empty database in the shared cluster, or in an own one where none is shared.
    pub async fn shared(folder: &Path) -> Self {
        match env::var(VARIABLE) {
            Ok(address) => Self::within(address.trim_end_matches('/').to_owned(), None).await,
            Err(_) => Self::own(folder).await,
        }
    }

    /// A new, empty database in a cluster of its own.
    pub async fn own(folder: &Path) -> Self {
        let mut cluster = Cluster { process: None, folder: folder.join("postgres"), port: free_port() };
        cluster.create().await;
        cluster.resume().await;
        Self::within(format!("postgres://postgres@127.0.0.1:{}", cluster.port), Some(cluster)).await
    }

    async fn within(server: String, own: Option<Cluster>) -> Self {
        let database = format!("world_{}", Uuid::now_v7().simple());
        let postgres = Self { server, database, own };
        postgres.superuser(&format!("CREATE DATABASE {}", postgres.database)).await;
        postgres
    }

    /// What goes into DATABASE_URL.
    pub fn url(&self) -> String {
        format!("{}/{}?sslmode=disable", self.server, self.database)
    }

    /// The same by another port, for a proxy in between.
    ///
    /// # Panics
    /// When the address has no port.
    pub fn url_by(&self, port: u16) -> String {
        let (left, _) = self.server.rsplit_once(':').expect("an address with a port");
        format!("{left}:{port}/{}?sslmode=disable", self.database)
    }

    /// Where the server listens, for a proxy.
    ///
    /// # Panics
    /// When the address has no port.
    pub fn port(&self) -> u16 {
        let (_, port) = self.server.rsplit_once(':').expect("an address with a port");
        port.parse().expect("a port")
    }

    /// Runs one statement as the superuser, outside the world's database.
    ///
    /// # Panics
    /// When it fails.
    pub async fn superuser(&self, statement: &str) {
        let address = format!("{}/postgres?sslmode=disable", self.server);
        let database = Database::connect(address).await.expect("the superuser's connection");
        database.execute_unprepared(statement).await.unwrap_or_else(|cause| panic!("{statement}: {cause}"));
        database.close().await.expect("a closed connection");
    }

    /// Ends an own cluster as a power cut would: nothing is written any more, clients lose their connections.
    ///
    /// # Panics
    /// When the cluster is shared.
    pub async fn stop(&mut self) {
        self.own.as_mut().expect("an own cluster").stop().await;
    }

    /// Starts an own cluster again.
    ///
    /// # Panics
    /// When the cluster is shared.
    pub async fn resume(&mut self) {
        self.own.as_mut().expect("an own cluster").resume().await;
    }
}

impl Cluster {
    async fn create(&self) {
        std::fs::create_dir(&self.folder).expect("a folder for PostgreSQL");
        if let Some((user, group)) = stand_in() {
            // The superuser of the machine may not run PostgreSQL, and the account that may must reach its folder.
            chown(&self.folder, Some(user), Some(group)).expect("the folder's owner");
            for above in self.folder.ancestors().skip(1).take_while(|above| above.starts_with(env::temp_dir())) {
                if above != env::temp_dir() {
                    std::fs::set_permissions(above, Permissions::from_mode(0o755)).expect("the folder's mode");
                }
            }
        }
        let made = program("initdb")
            .args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"])
            .arg("--pgdata")
            .arg(self.folder.join("data"))
            .current_dir(&self.folder)
            .output()
            .await
            .expect("initdb");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    }

    async fn resume(&mut self) {
        let mut command = program("postgres");
        command.arg("-D").arg(self.folder.join("data")).current_dir(&self.folder);
        let sockets = format!("unix_socket_directories={}", self.folder.display());
        let port = format!("port={}", self.port);
        for setting in [port.as_str(), &sockets, "listen_addresses=127.0.0.1", "max_connections=200"] {
            command.args(["-c", setting]);
        }
        let log = self.folder.with_extension("log");
        self.process = Some(Process::start(command, &log, false));
        let address = format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", self.port);
        until("PostgreSQL answers", async || {
            let database = Database::connect(&address).await.ok()?;
            database.close().await.ok()
        })
        .await;
    }

    async fn stop(&mut self) {
        let mut process = self.process.take().expect("a running cluster");
        // SIGQUIT is "immediate": its children end with it, which they would not do at once after kill -9.
        process.signal("QUIT");
        until("PostgreSQL is gone", async || (!process.runs()).then_some(())).await;
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process
            && process.runs()
        {
            process.signal("QUIT");
        }
    }
}

/// A program of the newest PostgreSQL on this machine, as the account that may run it.
fn program(name: &str) -> Command {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin").join(name)))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    let mut command = Command::new(found.pop().unwrap_or_else(|| name.into()));
    if let Some((user, group)) = stand_in() {
        command.uid(user).gid(group);
    }
    command
}

/// The account `postgres`, where this process runs as root, which PostgreSQL refuses.
fn stand_in() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt as _;
    let me = std::fs::metadata("/proc/self").ok()?.uid();
    if me != 0 {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    let line = accounts.lines().find(|line| line.starts_with("postgres:"))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}
