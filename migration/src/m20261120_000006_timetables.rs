//! Timetables that are managed: a slot holds from one day to another, and is found by whom and what it takes.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // A column that may not be empty needs a default where rows are already there; every row that comes names its own.
    "ALTER TABLE timetables ADD COLUMN valid_from {date} NOT NULL DEFAULT '1970-01-01'",
    "ALTER TABLE timetables ADD COLUMN valid_to {date}
        CONSTRAINT ck_timetables_validity CHECK (valid_to IS NULL OR valid_to >= valid_from)",
    // The day, in UTC, that a slot was made on: both databases write it first.
    "UPDATE timetables SET valid_from = CAST(substr(CAST(created_at AS text), 1, 10) AS {date})",
    // The list goes by these; so do the looks for what a new slot would overlap with.
    "CREATE INDEX ix_timetables_day ON timetables (college_id, day_of_week, start_time, id)",
    "CREATE INDEX ix_timetables_teacher ON timetables (college_id, teacher_id, day_of_week, start_time)",
    "CREATE INDEX ix_timetables_location ON timetables (college_id, location_id, day_of_week, start_time)",
];

const DOWN: &[&str] = &[
    "DROP INDEX ix_timetables_location",
    "DROP INDEX ix_timetables_teacher",
    "DROP INDEX ix_timetables_day",
    "ALTER TABLE timetables DROP COLUMN valid_to",
    "ALTER TABLE timetables DROP COLUMN valid_from",
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
