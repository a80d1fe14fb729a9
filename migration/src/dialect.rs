//! Where SQLite and PostgreSQL name a type differently, a statement says `{uuid}`, `{time}`, `{json}`, `{float}` or
//! `{hot}`, and gets the word of the database at hand.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// The words, each with its PostgreSQL and its SQLite form.
const WORDS: &[(&str, &str, &str)] = &[
    ("{uuid}", "uuid", "blob"),
    ("{time}", "timestamptz", "text"),
    ("{date}", "date", "text"),
    ("{clock}", "time", "text"),
    ("{json}", "jsonb", "text"),
    ("{float}", "double precision", "real"),
    ("{bytes}", "bytea", "blob"),
    // Rows whose counters move often keep room on their page, so that an update touches no index.
    ("{hot}", " WITH (fillfactor = 70)", ""),
];

/// Runs statements in order.
pub async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let sqlite = manager.get_database_backend() == DbBackend::Sqlite;
    for statement in statements {
        let mut sql = (*statement).to_owned();
        for (word, postgres_form, sqlite_form) in WORDS {
            sql = sql.replace(word, if sqlite { sqlite_form } else { postgres_form });
        }
        connection.execute_unprepared(&sql).await?;
    }
    Ok(())
}
