//! Sessions that make up for others, who is to come to them, and what they pay back.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    "ALTER TABLE locations ADD COLUMN capacity integer
        CONSTRAINT ck_locations_capacity CHECK (capacity BETWEEN 1 AND 100000)",
    // No foreign key, which SQLite cannot add to a table: sessions are never deleted.
    "ALTER TABLE sessions ADD COLUMN makes_up_session_id {uuid}",
    "ALTER TABLE sessions ADD COLUMN has_participants boolean NOT NULL DEFAULT false",
    "CREATE INDEX ix_sessions_makes_up ON sessions (college_id, makes_up_session_id) WHERE makes_up_session_id IS NOT NULL",
    // Where the slot of a session that was moved would have taken place, nothing takes place.
    "CREATE INDEX ix_sessions_moved ON sessions (college_id, occurrence_date) WHERE is_adjusted",
    // Who is to come to a session that is not for a whole division.
    "CREATE TABLE session_participants (
        college_id {uuid} NOT NULL,
        session_id {uuid} NOT NULL,
        student_id {uuid} NOT NULL,
        CONSTRAINT pk_session_participants PRIMARY KEY (college_id, session_id, student_id),
        CONSTRAINT fk_session_participants_session
            FOREIGN KEY (college_id, session_id) REFERENCES sessions (college_id, id),
        CONSTRAINT fk_session_participants_student
            FOREIGN KEY (college_id, student_id) REFERENCES users (college_id, id)
    )",
    "CREATE INDEX ix_session_participants_student ON session_participants (college_id, student_id)",
    // The makeup session whose attendance counts instead of this record.
    "ALTER TABLE attendance_records ADD COLUMN repaid_by_session_id {uuid}",
    // Who misses a session and its makeup session has missed one.
    "ALTER TABLE attendance_records ADD COLUMN is_counted boolean NOT NULL DEFAULT TRUE",
];

const DOWN: &[&str] = &[
    "ALTER TABLE attendance_records DROP COLUMN is_counted",
    "ALTER TABLE attendance_records DROP COLUMN repaid_by_session_id",
    "DROP TABLE session_participants",
    "DROP INDEX ix_sessions_moved",
    "DROP INDEX ix_sessions_makes_up",
    "ALTER TABLE sessions DROP COLUMN has_participants",
    "ALTER TABLE sessions DROP COLUMN makes_up_session_id",
    "ALTER TABLE locations DROP COLUMN capacity",
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
