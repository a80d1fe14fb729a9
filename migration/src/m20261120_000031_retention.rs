//! What shows where somebody was goes when its time is over. What stays in its place is how far outside the fence it was, as a band.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // Whether people may have removed what shows where they were, before its time.
    "ALTER TABLE colleges ADD COLUMN location_deletion_allowed boolean NOT NULL DEFAULT TRUE",
    // None where no position was sent, or it is there still. What bands there are is not the schema's to say, because SQLite could
    // not take another one without writing the table anew.
    "ALTER TABLE attendance_records ADD COLUMN distance_band text",
    "ALTER TABLE attendance_records ADD COLUMN traces_removed_at {time}",
    "ALTER TABLE check_in_attempts ADD COLUMN distance_band text",
    "ALTER TABLE check_in_attempts ADD COLUMN traces_removed_at {time}",
    // Records are found by their sessions, which are few, so that a check-in has no further index to write. Neither column of the
    // index changes with a check-in, which may so be written within the session's page.
    "ALTER TABLE sessions ADD COLUMN traces_removed_at {time}",
    "CREATE INDEX ix_sessions_traces ON sessions (college_id, ended_at)
        WHERE traces_removed_at IS NULL AND ended_at IS NOT NULL",
    "CREATE INDEX ix_check_in_attempts_traces ON check_in_attempts (college_id, attempted_at)
        WHERE traces_removed_at IS NULL",
];

const DOWN: &[&str] = &[
    "DROP INDEX ix_check_in_attempts_traces",
    "DROP INDEX ix_sessions_traces",
    "ALTER TABLE sessions DROP COLUMN traces_removed_at",
    "ALTER TABLE check_in_attempts DROP COLUMN traces_removed_at",
    "ALTER TABLE check_in_attempts DROP COLUMN distance_band",
    "ALTER TABLE attendance_records DROP COLUMN traces_removed_at",
    "ALTER TABLE attendance_records DROP COLUMN distance_band",
    "ALTER TABLE colleges DROP COLUMN location_deletion_allowed",
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
