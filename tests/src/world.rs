//! A world: a folder, a database, perhaps a Redis, and servers that share them. It ends with the test.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, RwLock},
    time::Duration,
};

use chrono::TimeDelta;
use rollcall_proto::v1::GetCurrentCodeRequest;
use tempfile::TempDir;
use tonic::transport::Channel;

use crate::{
    actor::Actor,
    clock::Clock,
    college::College,
    database::Rows,
    kind::{Bus, Kind, Store},
    mail::{self, Mail},
    postgres::Postgres,
    record::time,
    redis::Redis,
    seed::{Seed, SeedUser},
    server::{self, Server, Settings},
    until::{until, until_within},
};

/// The master secret of every world. Long enough for production, and written nowhere else, so that a log that holds it gives
/// itself away.
pub const SECRET: &str = "x4q8Zt1nRw7vLk2sYb5uHj9dGm3cPf6e-tests";

/// The servers look every two seconds for what is to be done, and each kind waits for its turn.
const RECURS: Duration = Duration::from_secs(60);

/// A world before it begins.
pub struct Plan {
    kind: Kind,
    replicas: usize,
    own_postgres: bool,
    mail: Option<mail::Line>,
    settings: Settings,
}

/// A world that runs.
pub struct World {
    desk: Arc<Desk>,
    settings: Settings,
    servers: Vec<Option<Server>>,
    /// Someone who can ask every replica for the time.
    time_teller: College,
    pub postgres: Option<Postgres>,
    pub redis: Option<Redis>,
    mail: Option<Mail>,
    folder: TempDir,
}

/// What actors need of a world. It outlives restarts of the servers: their addresses stay the same.
pub struct Desk {
    clock: Clock,
    replicas: RwLock<Vec<Replica>>,
}

struct Replica {
    grpc: String,
    edge: String,
    line: Channel,
}

impl Plan {
    /// One replica with rate limits off.
    pub fn new(kind: Kind) -> Self {
        let mut settings = Settings::new();
        for (name, value) in [
            ("SECRET_KEY", SECRET),
            ("GRPC_PORT", "0"),
            ("API_PORT", "0"),
            ("ADMIN_PORT", "0"),
            ("RATE_LIMIT_IP_PER_MINUTE", "0"),
            ("RATE_LIMIT_LOGIN_PER_MINUTE", "0"),
            ("RATE_LIMIT_LOGIN_PER_IP_PER_MINUTE", "0"),
            ("RATE_LIMIT_USER_PER_HOUR", "0"),
            ("RATE_LIMIT_MAIL_PER_HOUR", "0"),
        ] {
            settings.insert(name.to_owned(), value.to_owned());
        }
        Self { kind, replicas: 1, own_postgres: false, mail: None, settings }
    }

    /// Changes a setting of every server.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Leaves a setting to its default.
    #[must_use]
    pub fn unset(mut self, name: &str) -> Self {
        self.settings.remove(name);
        self
    }

    /// Several servers on one database and one cache.
    #[must_use]
    pub fn replicas(mut self, replicas: usize) -> Self {
        self.replicas = replicas;
        self
    }

    /// A PostgreSQL that the test may stop.
    #[must_use]
    pub fn own_postgres(mut self) -> Self {
        self.own_postgres = true;
        self
    }

    /// A mail server, which keeps what the servers send.
    #[must_use]
    pub fn mail(mut self, line: mail::Line) -> Self {
        self.mail = Some(line);
        self
    }

    /// Makes the database, brings the colleges in and starts the servers.
    pub async fn start(self, colleges: &[&College]) -> World {
        self.start_seeded(colleges.iter().map(|college| college.seed())).await
    }

    /// The same with whole files.
    pub async fn start_seeded(self, seeds: impl IntoIterator<Item = Seed>) -> World {
        let mut world = self.prepare().await;
        world.begin(seeds).await;
        world
    }

    /// Makes folder, database and cache, and neither seeds nor starts anything.
    ///
    /// # Panics
    /// When the machine cannot.
    pub async fn prepare(mut self) -> World {
        let folder = tempfile::Builder::new().prefix("rollcall-").tempdir().expect("a folder");
        let clock = Clock::new(folder.path());
        let mut set = |name: &str, value: String| self.settings.insert(name.to_owned(), value);
        set("DATA_DIR", folder.path().join("data").display().to_string());
        set("CLOCK_OFFSET_FILE", clock.file().display().to_string());
        let postgres = match (self.kind.store, self.own_postgres) {
            (Store::Sqlite, _) => None,
            (Store::Postgres, true) => Some(Postgres::own(folder.path()).await),
            (Store::Postgres, false) => Some(Postgres::shared(folder.path()).await),
        };
        if let Some(postgres) = &postgres {
            set("DATABASE_URL", postgres.url());
        }
        let redis = match self.kind.bus {
            Bus::Memory => None,
            Bus::Redis => Some(Redis::start(folder.path()).await),
        };
        if let Some(redis) = &redis {
            set("REDIS_URL", redis.url());
        }
        let mail = match self.mail {
            Some(line) => Some(Mail::start(folder.path(), line).await),
            None => None,
        };
        if let Some(mail) = &mail {
            mail.tell(&mut self.settings);
        }
        World {
            desk: Arc::new(Desk { clock, replicas: RwLock::default() }),
            settings: self.settings,
            servers: (0..self.replicas).map(|_| None).collect(),
            time_teller: time_teller(),
            postgres,
            redis,
            mail,
            folder,
        }
    }
}

impl World {
    /// Brings the files in and starts every replica, after `prepare`.
    pub async fn begin(&mut self, seeds: impl IntoIterator<Item = Seed>) {
        let mut whole = self.time_teller.seed();
        for seed in seeds {
            whole.append(seed);
        }
        self.seed(&whole).await;
        for replica in 0..self.servers.len() {
            self.resume(replica).await;
        }
    }

    /// Somebody of a seeded college, with minted tokens.
    pub fn actor(&self, user: &SeedUser) -> Actor {
        Actor::minted(Arc::clone(&self.desk), user)
    }

    /// Somebody without a token.
    pub fn nobody(&self) -> Actor {
        Actor::nobody(Arc::clone(&self.desk))
    }

    /// The mail server of a world that was planned with one.
    ///
    /// # Panics
    /// When it was not.
    pub fn mail(&self) -> &Mail {
        self.mail.as_ref().expect("a mail server")
    }

    /// The same, to be stopped and started.
    ///
    /// # Panics
    /// When there is none.
    pub fn mail_server(&mut self) -> &mut Mail {
        self.mail.as_mut().expect("a mail server")
    }

    /// The servers' clock.
    pub fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    /// Moves the servers' clock, on or back, and waits until every replica has noticed.
    pub async fn advance(&self, seconds: i64) {
        self.desk.clock.advance(seconds);
        let teller = self.actor(&self.time_teller.admin);
        let request = GetCurrentCodeRequest {
            location_id: self.time_teller.location.id.to_string(),
            session_id: Some(self.time_teller.session.id.to_string()),
        };
        for replica in (0..self.servers.len()).filter(|&replica| self.servers[replica].is_some()) {
            until("the server's clock has moved", async || {
                let due = self.desk.clock.now().timestamp();
                let code = teller.at(replica).codes().get_current_code(request.clone()).await.ok()?.into_inner();
                let interval = i64::from(code.refresh_interval_seconds);
                (time(code.issued_at).timestamp() == due - due % interval).then_some(())
            })
            .await;
        }
    }

    /// Waits until a recurring job has run at the time that the clock shows. Asked for before the clock is moved, it makes sure that no
    /// run is under way that began by the time before and puts the next one off by the time after.
    pub async fn ran(&self, kind: &str) {
        let (rows, now) = (self.rows().await, self.clock().now().format("%Y-%m-%d %H:%M:%S").to_string());
        until_within(&format!("{kind} has run"), RECURS, async || {
            let jobs = rows.all(&format!("SELECT due_at, attempts FROM jobs WHERE kind = '{kind}'")).await;
            let job = jobs.first()?;
            let due: String = job["due_at"].as_str()?.chars().take(19).collect();
            // A run that goes on has a later time too, and has begun a try.
            (job["attempts"] == 0 && due.replace('T', " ") > now).then_some(())
        })
        .await;
    }

    /// Moves the servers' clock and waits for nobody: for servers that do not believe minted tokens, so that nobody can ask
    /// them for the time. They look at it in every call.
    pub fn advance_unasked(&self, seconds: i64) {
        self.desk.clock.advance(seconds);
    }

    /// Moves the clock on to just after the beginning of the next step of the codes, so that the test has nearly a whole
    /// interval before the code changes by itself.
    pub async fn align(&self, interval_seconds: i64) {
        let now = self.desk.clock.now().timestamp();
        self.advance(interval_seconds - now % interval_seconds).await;
    }

    /// Brings a file in, also while servers run.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn seed(&self, seed: &Seed) {
        let file = self.folder.path().join("seed.json");
        std::fs::write(&file, serde_json::to_vec(seed).expect("JSON")).expect("the file");
        let output = self.run(&["admin", "seed", &file.display().to_string()]).await;
        assert!(output.status.success(), "admin seed: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs a command of `rollcall` with the world's settings to its end.
    pub async fn run(&self, arguments: &[&str]) -> std::process::Output {
        server::run(arguments, &self.settings, self.folder.path()).await
    }

    /// The same, with this on its standard input.
    pub async fn run_with_input(&self, arguments: &[&str], input: &str) -> std::process::Output {
        server::run_with_input(arguments, input, &self.settings, self.folder.path()).await
    }

    /// Starts a replica, for the first time or again after its end; then on the same ports.
    ///
    /// # Panics
    /// When it runs already, or does not become ready.
    pub async fn resume(&mut self, replica: usize) {
        assert!(self.servers[replica].is_none(), "replica {replica} runs");
        let mut settings = self.settings.clone();
        if let Some(known) = self.desk.replicas.read().expect("the replicas").get(replica) {
            settings.insert("GRPC_PORT".to_owned(), port(&known.grpc));
            settings.insert("API_PORT".to_owned(), port(&known.edge));
        }
        let server = Server::start(&["serve"], &settings, self.folder.path(), &self.log(replica)).await;
        let mut replicas = self.desk.replicas.write().expect("the replicas");
        if replicas.len() == replica {
            let grpc = format!("http://{}", server.grpc);
            let line = Channel::from_shared(grpc.clone()).expect("an address").connect_lazy();
            replicas.push(Replica { grpc, edge: format!("http://{}", server.edge), line });
        }
        drop(replicas);
        self.servers[replica] = Some(server);
    }

    /// Ends a replica as `kill -9` does.
    ///
    /// # Panics
    /// When it does not run.
    pub async fn kill(&mut self, replica: usize) {
        self.servers[replica].take().expect("a running replica").process().kill().await;
    }

    /// A running replica.
    ///
    /// # Panics
    /// When it does not run.
    pub fn server(&mut self, replica: usize) -> &mut Server {
        self.servers[replica].as_mut().expect("a running replica")
    }

    /// Takes a replica out of the world, for a test that ends it in its own way.
    ///
    /// # Panics
    /// When it does not run.
    pub fn take(&mut self, replica: usize) -> Server {
        self.servers[replica].take().expect("a running replica")
    }

    /// Where a replica logs.
    pub fn log(&self, replica: usize) -> PathBuf {
        self.folder.path().join(format!("server{replica}.log"))
    }

    /// The world's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The settings of the servers.
    pub fn settings(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// A look into the database.
    pub async fn rows(&self) -> Rows {
        match self.settings.get("DATABASE_URL") {
            Some(address) => Rows::open(address).await,
            None => Rows::open(&format!("sqlite://{}?mode=ro", self.sqlite_file().display())).await,
        }
    }

    fn sqlite_file(&self) -> PathBuf {
        let data = self.folder.path().join("data");
        let files = std::fs::read_dir(&data).expect("the data folder");
        let mut files = files.filter_map(|entry| Some(entry.ok()?.path()));
        let is_database =
            |path: &PathBuf| matches!(path.extension().and_then(|end| end.to_str()), Some("db" | "sqlite" | "sqlite3"));
        files.find(is_database).unwrap_or_else(|| panic!("no database in {}", data.display()))
    }
}

impl Desk {
    /// The master secret.
    pub fn secret(&self) -> &str {
        SECRET
    }

    /// The servers' clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The gRPC connection that all actors share.
    ///
    /// # Panics
    /// When there is no such replica.
    pub fn line(&self, replica: usize) -> Channel {
        self.replicas.read().expect("the replicas")[replica].line.clone()
    }

    /// A new gRPC connection.
    ///
    /// # Panics
    /// When there is no such replica.
    pub fn new_line(&self, replica: usize) -> Channel {
        let address = self.replicas.read().expect("the replicas")[replica].grpc.clone();
        Channel::from_shared(address).expect("an address").connect_lazy()
    }

    /// Where gRPC is served, as a URL.
    ///
    /// # Panics
    /// When there is no such replica.
    pub fn grpc(&self, replica: usize) -> String {
        self.replicas.read().expect("the replicas")[replica].grpc.clone()
    }

    /// Where the edge is, as a URL.
    ///
    /// # Panics
    /// When there is no such replica.
    pub fn edge(&self, replica: usize) -> String {
        self.replicas.read().expect("the replicas")[replica].edge.clone()
    }
}

impl World {
    /// Where actors look things up.
    pub fn desk(&self) -> &Arc<Desk> {
        &self.desk
    }
}

/// A college whose session runs for years, wherever a test moves the clock.
fn time_teller() -> College {
    let mut college = College::new("time", 0);
    college.session.planned_end += TimeDelta::days(3650);
    college
}

fn port(address: &str) -> String {
    address.rsplit(':').next().expect("a port").to_owned()
}
