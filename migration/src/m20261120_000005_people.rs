//! People who are managed: they are listed by name, leave without taking their records along, and belong where they are
//! enrolled and nowhere else.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    "ALTER TABLE users ADD COLUMN deleted_at {time}",
    "CREATE INDEX ix_users_username ON users (college_id, username, id)",
    // Where somebody belongs stands in the enrolments. The column stays, empty: SQLite cannot drop one that is part of a key.
    "DROP INDEX ix_users_division",
    "UPDATE users SET division_id = NULL",
];

const DOWN: &[&str] = &[
    "CREATE INDEX ix_users_division ON users (college_id, division_id)",
    "DROP INDEX ix_users_username",
    "ALTER TABLE users DROP COLUMN deleted_at",
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, DOWN).await
    }
}
