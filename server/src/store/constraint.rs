//! Which constraint a statement broke. The names are the migrations'; slices turn them into reasons of their own.

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// The broken constraint's name (PostgreSQL), or what SQLite says instead: `UNIQUE constraint failed: table.column, …`.
pub fn broken(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        return None;
    };
    let sqlx::Error::Database(error) = error.as_ref() else { return None };
    match error.constraint() {
        Some(name) => Some(name.to_owned()),
        None => error.message().contains("constraint failed").then(|| error.message().to_owned()),
    }
}

/// Whether a row pointed to something that is not there.
pub fn is_foreign_key(error: &DbErr) -> bool {
    broken(error).is_some_and(|name| name.starts_with("fk_") || name.contains("FOREIGN KEY"))
}
