//! The database: a pool that reads, one for transactions, and on PostgreSQL one for the statements that batches are.
//!
//! A write runs in a task of its own that owns its permit and its deadline, because a request can be dropped at any await:
//! a connection that goes back to its pool while its BEGIN is on the wire would swallow the next caller's write. The release
//! hook of the pool for transactions closes whatever is left open all the same. The statements of batches open nothing and
//! need neither.

use std::{os::unix::fs::DirBuilderExt as _, pin::Pin, sync::Arc, time::Duration};

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait as _,
    sqlx::{
        self, Executor as _,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use secrecy::ExposeSecret as _;
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use crate::{
    problem::{ErrorReason, Problem},
    settings,
    store::constraint,
};

/// An open transaction.
pub type Tx = DatabaseTransaction;

/// What is done in a transaction.
pub type Work<'t, T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send + 't>>;

/// Longer than any statement of ours takes on a healthy database.
const STATEMENT_TIMEOUT_MS: u32 = 5_000;
/// How long a write may take in all, its wait for a connection included.
const WRITE_DEADLINE: Duration = Duration::from_secs(10);
/// The same for imports, well within the deadline of the call. No write of a call may take longer: what follows a table by
/// the times in it reads so far back.
pub const LONGEST_WRITE: Duration = Duration::from_secs(45);
/// A connection that has lain idle so long is asked whether it still lives before it is used.
const PING_AFTER_IDLE: Duration = Duration::from_millis(500);
const SQLITE_READERS: u32 = 4;

#[derive(Clone)]
pub struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
    batches: DatabaseConnection,
    permits: Arc<Semaphore>,
}

impl Database {
    pub async fn open(settings: &settings::Database) -> anyhow::Result<Self> {
        let url = settings.url.expose_secret();
        let (read, write, batches, writers) = if url.starts_with("sqlite:") {
            make_folder(url)?;
            // The writer first: it makes the file.
            let write = sea_orm::Database::connect(sqlite(url, 1, false)).await?;
            let read = sea_orm::Database::connect(sqlite(url, SQLITE_READERS, true)).await?;
            (read, write.clone(), write, 1)
        } else {
            let part = (settings.pool_size / 4).max(1);
            let connect = |connections, purpose| {
                sea_orm::Database::connect(postgres(url, settings.tls.as_deref(), connections, purpose))
            };
            let write = connect(part, Purpose::Transactions).await?;
            let batches = connect(part, Purpose::Batches).await?;
            let read = connect(settings.pool_size.saturating_sub(2 * part).max(1), Purpose::Reads).await?;
            (read, write, batches, part)
        };
        Ok(Self { read, write, batches, permits: Arc::new(Semaphore::new(writers as usize)) })
    }

    /// One connection, for migrations: whatever it locks, it holds itself.
    pub async fn open_single(settings: &settings::Database) -> anyhow::Result<Self> {
        let url = settings.url.expose_secret();
        let options = if url.starts_with("sqlite:") {
            make_folder(url)?;
            sqlite(url, 1, false)
        } else {
            postgres(url, settings.tls.as_deref(), 1, Purpose::Transactions)
        };
        let connection = sea_orm::Database::connect(options).await?;
        Ok(Self {
            read: connection.clone(),
            write: connection.clone(),
            batches: connection,
            permits: Arc::new(Semaphore::new(1)),
        })
    }

    pub async fn close(self) {
        // What cannot be closed is closed by the end of the process.
        let _ = self.read.close().await;
        let _ = self.write.close().await;
        let _ = self.batches.close().await;
    }

    /// For single statements that read.
    pub const fn reader(&self) -> &DatabaseConnection {
        &self.read
    }

    /// For the statements that batches are, from tasks that nobody drops. On PostgreSQL only: SQLite has one writer.
    pub const fn batches(&self) -> &DatabaseConnection {
        &self.batches
    }

    /// For migrations, which manage their own transactions.
    pub const fn migrator(&self) -> &DatabaseConnection {
        &self.write
    }

    pub fn is_sqlite(&self) -> bool {
        self.read.get_database_backend() == DbBackend::Sqlite
    }

    /// Runs `work` in a transaction and commits it. The work goes on to its end when the caller goes away.
    pub async fn write<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Tx) -> Work<'t, T> + Send + 'static,
    {
        self.write_within(WRITE_DEADLINE, work).await
    }

    /// The same for work that takes long, such as filling an empty database.
    pub async fn write_within<T, F>(&self, deadline: Duration, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Tx) -> Work<'t, T> + Send + 'static,
    {
        let database = self.clone();
        detach(async move {
            let transaction = tokio::time::timeout(deadline, database.transaction(work));
            transaction
                .await
                .unwrap_or_else(|_| Err(Problem::unavailable(format!("a write took longer than {deadline:?}"))))
        })
        .await
    }

    async fn transaction<T, F>(&self, work: F) -> Result<T, Problem>
    where
        F: for<'t> FnOnce(&'t Tx) -> Work<'t, T>,
    {
        let _permit = self.permits.acquire().await.map_err(Problem::internal)?;
        let options = TransactionOptions {
            sqlite_transaction_mode: self.is_sqlite().then_some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let tx = self.write.begin_with_options(options).await?;
        match work(&tx).await {
            Ok(value) => {
                tx.commit().await?;
                Ok(value)
            }
            Err(error) => {
                // The caller is told why the work failed, not that the rollback did; the release hook closes it.
                let _ = tx.rollback().await;
                Err(error)
            }
        }
    }

    /// Has PostgreSQL look at a table that has just grown. It does so by itself a minute later; until then it takes the table
    /// for an empty one, and checks what refers to it by the wrong index. Nothing depends on it, so that it may fail.
    pub async fn analyse(&self, table: &'static str) {
        if !self.is_sqlite() {
            let _ = self.batches.execute_unprepared(&format!("ANALYZE {table}")).await;
        }
    }

    /// Whether the database answers.
    pub async fn is_up(&self) -> bool {
        let ping = self.read.execute_unprepared("SELECT 1");
        matches!(tokio::time::timeout(Duration::from_secs(2), ping).await, Ok(Ok(_)))
    }

    /// How many connections each pool has and how many of them are idle.
    pub fn pool_use(&self) -> Vec<(&'static str, u32, usize)> {
        let count = |connection: &DatabaseConnection| {
            if self.is_sqlite() {
                let pool = connection.get_sqlite_connection_pool();
                (pool.size(), pool.num_idle())
            } else {
                let pool = connection.get_postgres_connection_pool();
                (pool.size(), pool.num_idle())
            }
        };
        let mut pools = vec![("read", &self.read), ("write", &self.write)];
        if !self.is_sqlite() {
            pools.push(("batch", &self.batches));
        }
        let told = pools.into_iter().map(|(name, pool)| {
            let (size, idle) = count(pool);
            (name, size, idle)
        });
        told.collect()
    }
}

/// A fault of the database, told apart by whether trying again can help.
impl From<DbErr> for Problem {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::unavailable(error),
            DbErr::Exec(runtime) | DbErr::Query(runtime) if is_passing(runtime) => Self::unavailable(error),
            // What a row points to was there when it was looked up, and is gone.
            _ if constraint::is_foreign_key(&error) => {
                Self::new(ErrorReason::NotFound, "Something that this refers to is not there any more.")
            }
            _ => Self::internal(error),
        }
    }
}

/// Lost connections, shutdowns, deadlocks and waits that took too long.
fn is_passing(error: &sea_orm::RuntimeErr) -> bool {
    let sea_orm::RuntimeErr::SqlxError(error) = error else { return false };
    match error.as_ref() {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Protocol(_)
        | sqlx::Error::Tls(_) => true,
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            match code.parse::<i32>() {
                // SQLite: busy, locked, I/O, full; extended codes have these in their lowest byte.
                Ok(number) if code.len() < 5 => [5, 6, 10, 13].contains(&(number & 0xff)),
                // PostgreSQL: connection, resources, operator intervention, rollback, a lock that did not come.
                _ => ["08", "53", "57", "40", "55P03"].iter().any(|class| code.starts_with(class)),
            }
        }
        _ => false,
    }
}

/// Runs in a task of its own: whoever waits may go away, the work goes on. For a write together with what has to follow it.
pub async fn detach<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    // In the caller's span, so that a fault is logged under the request's id.
    tokio::spawn(work.in_current_span())
        .await
        .unwrap_or_else(|panic| Err(Problem::internal(format!("a write broke off: {panic}"))))
}

fn make_folder(sqlite_url: &str) -> std::io::Result<()> {
    let path = sqlite_url.trim_start_matches("sqlite://").trim_start_matches("sqlite:");
    match std::path::Path::new(path).parent() {
        // What is in there is nobody else's: hashes of passwords, where people were.
        Some(folder) => std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder),
        None => Ok(()),
    }
}

fn base(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(4))
        .connect_timeout(Duration::from_secs(4))
        .test_before_acquire_if_idle_for(PING_AFTER_IDLE)
        .sqlx_logging(false);
    options
}

fn sqlite(url: &str, connections: u32, read_only: bool) -> ConnectOptions {
    let mut options = base(url, connections);
    options.map_sqlx_sqlite_opts(move |options| {
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Every commit reaches the disk before it is answered.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        if read_only { options.pragma("query_only", "on") } else { options }
    });
    if !read_only {
        options.map_sqlx_sqlite_pool_opts(|pool| {
            pool.after_release(|connection, _| {
                Box::pin(async move { connection.execute("BEGIN; ROLLBACK").await.map(|_| true) })
            })
        });
    }
    options
}

/// What a pool of PostgreSQL is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Reads,
    Transactions,
    Batches,
}

fn postgres(url: &str, tls: Option<&str>, connections: u32, purpose: Purpose) -> ConnectOptions {
    let mut options = base(url, connections);
    let tls = tls.and_then(|mode| mode.parse().ok());
    options.map_sqlx_postgres_opts(move |options| {
        let options = match tls {
            Some(mode) => options.ssl_mode(mode),
            None => options,
        };
        options.application_name("rollcall").options([
            ("statement_timeout", STATEMENT_TIMEOUT_MS.to_string()),
            ("lock_timeout", STATEMENT_TIMEOUT_MS.to_string()),
            ("idle_in_transaction_session_timeout", "10000".to_owned()),
            ("default_transaction_read_only", if purpose == Purpose::Reads { "on" } else { "off" }.to_owned()),
            // A batch names its rows by their keys. While a table is small a plan would rather read all of it, and lock
            // in the order of the table instead of the keys'.
            ("enable_seqscan", if purpose == Purpose::Batches { "off" } else { "on" }.to_owned()),
            // Its statements are few and sent all the time. To plan one anew for each batch costs several times what it does.
            ("plan_cache_mode", if purpose == Purpose::Batches { "force_generic_plan" } else { "auto" }.to_owned()),
        ])
    });
    options.map_sqlx_postgres_pool_opts(move |pool| {
        if purpose != Purpose::Transactions {
            return pool;
        }
        pool.after_release(|connection, _| {
            // Begun first, because a bare ROLLBACK outside a transaction fills PostgreSQL's log with warnings.
            Box::pin(async move { connection.execute("BEGIN; ROLLBACK").await.map(|_| true) })
        })
    });
    options
}
