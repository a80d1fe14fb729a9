//! The schema's version: brought up to date, on PostgreSQL by one process at a time, and asked for by health.

use std::time::Duration;

use anyhow::Context as _;
use rollcall_migration::{Migrator, MigratorTrait as _};
use sea_orm::ConnectionTrait as _;

use crate::{settings, store::Database};

/// Any number that nobody else locks.
const LOCK: i64 = 0x726f_6c6c_6361_6c6c;

/// A way to go.
#[derive(Clone, Copy, Debug)]
pub enum Direction {
    Up,
    /// One step.
    Down,
}

pub async fn migrate(settings: &settings::Database, direction: Direction) -> anyhow::Result<()> {
    // A pool of one, because PostgreSQL's lock belongs to its connection.
    let database = Database::open_single(settings).await.context("the database cannot be opened")?;
    let connection = database.migrator();
    if !database.is_sqlite() {
        connection
            .execute_unprepared(&format!(
                "SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_advisory_lock({LOCK})"
            ))
            .await?;
    }
    match direction {
        Direction::Up => Migrator::up(connection, None).await?,
        Direction::Down => Migrator::down(connection, Some(1)).await?,
    }
    database.close().await;
    Ok(())
}

/// Each step with whether it has been taken.
pub async fn status(settings: &settings::Database) -> anyhow::Result<Vec<(String, bool)>> {
    let database = Database::open_single(settings).await.context("the database cannot be opened")?;
    let pending = Migrator::get_pending_migrations_read_only(database.migrator()).await?;
    database.close().await;
    let pending: Vec<String> = pending.iter().map(|step| step.name().to_owned()).collect();
    Ok(Migrator::migrations()
        .iter()
        .map(|step| step.name().to_owned())
        .map(|name| {
            let taken = !pending.contains(&name);
            (name, taken)
        })
        .collect())
}

/// Whether the database answers in time and the newest step was taken. Steps are taken in order.
pub async fn is_current(database: &Database) -> bool {
    let newest = Migrator::migrations().last().map(|step| step.name().to_owned()).unwrap_or_default();
    let statement = sea_orm::Statement::from_sql_and_values(
        database.reader().get_database_backend(),
        "SELECT version FROM seaql_migrations WHERE version = $1",
        [newest.into()],
    );
    let found = database.reader().query_one_raw(statement);
    matches!(tokio::time::timeout(Duration::from_secs(2), found).await, Ok(Ok(Some(_))))
}
