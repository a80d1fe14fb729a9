//! The databases of a run: a seeded one, of which every part of the run gets a fresh copy.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};
use uuid::Uuid;

use crate::{args, cluster::Cluster};

/// The database that is seeded, and then only copied.
pub const SEEDED: &str = "seeded";

/// Every database of a run.
const NAMES: [&str; 5] = [SEEDED, "bare", "grpc", "rest", "punches"];

pub enum Store {
    Postgres {
        /// The superuser's address, without a database.
        server: String,
        /// Begins the names of the run's databases, which share a cluster with others' where it is not the run's own.
        prefix: String,
        cluster: Option<Cluster>,
    },
    Sqlite {
        folder: PathBuf,
    },
}

impl Store {
    pub async fn start(database: args::Database, postgres_url: Option<&str>, folder: &Path) -> anyhow::Result<Self> {
        if database == args::Database::Sqlite {
            return Ok(Self::Sqlite { folder: folder.to_owned() });
        }
        let prefix = format!("load_{}", Uuid::now_v7().simple());
        if let Some(url) = postgres_url {
            let server = url.trim_end_matches('/').to_owned();
            anyhow::ensure!(is_loopback(&server), "--postgres-url must name a server on loopback, without a database");
            return Ok(Self::Postgres { server, prefix, cluster: None });
        }
        let cluster = Cluster::start(folder).await?;
        Ok(Self::Postgres { server: cluster.url(), prefix, cluster: Some(cluster) })
    }

    /// What goes into DATABASE_URL.
    pub fn url(&self, name: &str) -> String {
        match self {
            Self::Postgres { server, prefix, .. } => format!("{server}/{prefix}_{name}?sslmode=disable"),
            Self::Sqlite { folder } => format!("sqlite://{}", folder.join(name).with_extension("db").display()),
        }
    }

    /// Makes an empty database.
    pub async fn create(&self, name: &str) -> anyhow::Result<()> {
        match self {
            Self::Postgres { prefix, .. } => self.manage(&format!("CREATE DATABASE {prefix}_{name}")).await,
            Self::Sqlite { .. } => Ok(()),
        }
    }

    /// Copies a database that nobody uses.
    pub async fn copy(&self, from: &str, to: &str) -> anyhow::Result<()> {
        match self {
            Self::Postgres { prefix, .. } => {
                self.manage(&format!("CREATE DATABASE {prefix}_{to} TEMPLATE {prefix}_{from}")).await
            }
            Self::Sqlite { folder } => {
                for end in ["db", "db-wal"] {
                    let file = |name: &str| folder.join(name).with_extension(end);
                    if file(from).exists() {
                        std::fs::copy(file(from), file(to))?;
                    }
                }
                Ok(())
            }
        }
    }

    pub async fn remove(&self, name: &str) -> anyhow::Result<()> {
        match self {
            Self::Postgres { prefix, .. } => {
                self.manage(&format!("DROP DATABASE IF EXISTS {prefix}_{name} WITH (FORCE)")).await
            }
            // It goes with its folder.
            Self::Sqlite { .. } => Ok(()),
        }
    }

    /// Removes all that the run may have made.
    pub async fn clear(&self) -> anyhow::Result<()> {
        for name in NAMES {
            self.remove(name).await?;
        }
        Ok(())
    }

    pub async fn execute(&self, name: &str, statements: &[&str]) -> anyhow::Result<()> {
        execute(Database::connect(self.url(name)).await?, statements).await
    }

    /// The one number that a query gives.
    pub async fn number(&self, name: &str, query: &str) -> anyhow::Result<i64> {
        let connection = Database::connect(self.url(name)).await?;
        let statement = Statement::from_string(connection.get_database_backend(), query);
        let row = connection.query_one_raw(statement).await.with_context(|| query.to_owned())?;
        let number = row.context("no row")?.try_get_by_index(0)?;
        connection.close().await?;
        Ok(number)
    }

    /// Puts all that was written so far behind it, so that every part of the run begins alike.
    pub async fn settle(&self, name: &str) -> anyhow::Result<()> {
        match self {
            // The planner knows the sizes as it would after a day; no checkpoint of earlier work falls into the run.
            Self::Postgres { .. } => self.execute(name, &["VACUUM (FREEZE, ANALYZE)", "CHECKPOINT"]).await,
            Self::Sqlite { .. } => Ok(()),
        }
    }

    pub const fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres { .. })
    }

    /// The postmaster, where it is the run's own.
    pub fn postmaster(&self) -> Option<u32> {
        match self {
            Self::Postgres { cluster, .. } => cluster.as_ref().map(Cluster::id),
            Self::Sqlite { .. } => None,
        }
    }

    /// A statement about databases, which is run outside of them.
    async fn manage(&self, statement: &str) -> anyhow::Result<()> {
        let Self::Postgres { server, .. } = self else { return Ok(()) };
        execute(Database::connect(format!("{server}/postgres?sslmode=disable")).await?, &[statement]).await
    }
}

async fn execute(connection: DatabaseConnection, statements: &[&str]) -> anyhow::Result<()> {
    for statement in statements {
        connection.execute_unprepared(statement).await.with_context(|| (*statement).to_owned())?;
    }
    Ok(connection.close().await?)
}

/// Whether an address of the form `postgres://user:password@host:port` names this machine.
fn is_loopback(server: &str) -> bool {
    let Some((_, rest)) = server.split_once("://") else { return false };
    let (_, place) = rest.rsplit_once('@').unwrap_or(("", rest));
    let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
    ["127.0.0.1", "localhost", "[::1]"].contains(&host) && !place.contains(['/', '?'])
}
