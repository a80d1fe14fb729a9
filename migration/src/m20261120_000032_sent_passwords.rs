//! One-time passwords that are sent to one student.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

// Made anew: the old table had a constraint that SQLite can only drop with it. What stood in it was good for a
// minute.
const UP: &[&str] = &[
    "DROP TABLE one_time_passwords",
    "CREATE TABLE one_time_passwords (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        session_id {uuid} NOT NULL,
        student_id {uuid},
        step {time} NOT NULL,
        salt {bytes} NOT NULL,
        issued_at {time} NOT NULL,
        expires_at {time} NOT NULL,
        CONSTRAINT pk_one_time_passwords PRIMARY KEY (college_id, id),
        CONSTRAINT fk_one_time_passwords_session FOREIGN KEY (college_id, session_id) REFERENCES sessions (college_id, id),
        CONSTRAINT fk_one_time_passwords_student FOREIGN KEY (college_id, student_id) REFERENCES users (college_id, id)
    )",
    // Of each step one for the room, and one for each student.
    "CREATE UNIQUE INDEX uq_one_time_passwords_shown ON one_time_passwords (college_id, session_id, step)
        WHERE student_id IS NULL",
    "CREATE UNIQUE INDEX uq_one_time_passwords_sent ON one_time_passwords (college_id, session_id, student_id, step)
        WHERE student_id IS NOT NULL",
    "CREATE INDEX ix_one_time_passwords_expiry ON one_time_passwords (expires_at)",
];

const DOWN: &[&str] = &[
    "DROP TABLE one_time_passwords",
    "CREATE TABLE one_time_passwords (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        session_id {uuid} NOT NULL,
        step {time} NOT NULL,
        salt {bytes} NOT NULL,
        issued_at {time} NOT NULL,
        expires_at {time} NOT NULL,
        CONSTRAINT pk_one_time_passwords PRIMARY KEY (college_id, id),
        CONSTRAINT uq_one_time_passwords_step UNIQUE (college_id, session_id, step),
        CONSTRAINT fk_one_time_passwords_session FOREIGN KEY (college_id, session_id) REFERENCES sessions (college_id, id)
    )",
    "CREATE INDEX ix_one_time_passwords_expiry ON one_time_passwords (expires_at)",
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
