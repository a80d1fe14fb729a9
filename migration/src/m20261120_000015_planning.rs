//! Sessions that arise from timetables, are started within a window, and are ended where nobody does it.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    "ALTER TABLE sessions ADD COLUMN origin text NOT NULL DEFAULT 'HAND'
        CONSTRAINT ck_sessions_origin CHECK (origin IN ('HAND', 'TIMETABLE', 'MAKEUP'))",
    "UPDATE sessions SET origin = 'TIMETABLE' WHERE timetable_id IS NOT NULL",
    // The day of the slot that a session stands for, by the college's calendar. A slot has one session a day, whoever plans.
    "ALTER TABLE sessions ADD COLUMN occurrence_date {date}",
    "CREATE UNIQUE INDEX uq_sessions_occurrence ON sessions (college_id, timetable_id, occurrence_date)",
    // Somebody has changed the plan by hand, so the timetable does not any more.
    "ALTER TABLE sessions ADD COLUMN is_adjusted boolean NOT NULL DEFAULT FALSE",
    "ALTER TABLE sessions ADD COLUMN start_adherence text
        CONSTRAINT ck_sessions_adherence CHECK (start_adherence IN ('EARLY', 'ON_TIME', 'LATE'))",
    "ALTER TABLE sessions ADD COLUMN start_offset_seconds integer",
    "ALTER TABLE sessions ADD COLUMN start_position text
        CONSTRAINT ck_sessions_start_position CHECK (start_position IN ('INSIDE', 'UNCERTAIN'))",
    "ALTER TABLE sessions ADD COLUMN start_distance_meters {float}",
    "ALTER TABLE sessions ADD COLUMN end_reason text
        CONSTRAINT ck_sessions_end_reason
        CHECK (end_reason IN ('TEACHER', 'ADMINISTRATOR', 'NOT_STARTED', 'NOT_ENDED', 'SLOT_CHANGED', 'DAY_OFF'))",
    // What waits for its beginning, and what runs: few of all that there are.
    "CREATE INDEX ix_sessions_to_start ON sessions (planned_start) WHERE state = 'SCHEDULED'",
    "CREATE INDEX ix_sessions_to_end ON sessions (planned_end) WHERE state = 'ACTIVE'",
    "CREATE INDEX ix_sessions_location ON sessions (college_id, location_id, planned_start)",
    "ALTER TABLE colleges ADD COLUMN start_early_minutes integer NOT NULL DEFAULT 15
        CONSTRAINT ck_colleges_start_early CHECK (start_early_minutes BETWEEN 0 AND 1440)",
    "ALTER TABLE colleges ADD COLUMN start_late_minutes integer NOT NULL DEFAULT 30
        CONSTRAINT ck_colleges_start_late CHECK (start_late_minutes BETWEEN 0 AND 1440)",
    // 0 plans nothing.
    "ALTER TABLE colleges ADD COLUMN plan_horizon_days integer NOT NULL DEFAULT 14
        CONSTRAINT ck_colleges_plan_horizon CHECK (plan_horizon_days BETWEEN 0 AND 90)",
    "ALTER TABLE colleges ADD COLUMN end_after_minutes integer NOT NULL DEFAULT 30
        CONSTRAINT ck_colleges_end_after CHECK (end_after_minutes BETWEEN 0 AND 1440)",
    "ALTER TABLE colleges ADD COLUMN start_position text NOT NULL DEFAULT 'OPTIONAL'
        CONSTRAINT ck_colleges_start_position CHECK (start_position IN ('OPTIONAL', 'REQUIRED', 'OFF'))",
];

const DOWN: &[&str] = &[
    "ALTER TABLE colleges DROP COLUMN start_position",
    "ALTER TABLE colleges DROP COLUMN end_after_minutes",
    "ALTER TABLE colleges DROP COLUMN plan_horizon_days",
    "ALTER TABLE colleges DROP COLUMN start_late_minutes",
    "ALTER TABLE colleges DROP COLUMN start_early_minutes",
    "DROP INDEX ix_sessions_location",
    "DROP INDEX ix_sessions_to_end",
    "DROP INDEX ix_sessions_to_start",
    "ALTER TABLE sessions DROP COLUMN end_reason",
    "ALTER TABLE sessions DROP COLUMN start_distance_meters",
    "ALTER TABLE sessions DROP COLUMN start_position",
    "ALTER TABLE sessions DROP COLUMN start_offset_seconds",
    "ALTER TABLE sessions DROP COLUMN start_adherence",
    "ALTER TABLE sessions DROP COLUMN is_adjusted",
    "DROP INDEX uq_sessions_occurrence",
    "ALTER TABLE sessions DROP COLUMN occurrence_date",
    "ALTER TABLE sessions DROP COLUMN origin",
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
