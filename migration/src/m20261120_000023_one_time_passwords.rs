//! One-time passwords: what they are derived from, who tried wrong ones, and that each is used once by each student.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // The digits stand nowhere: they are derived from the salt and a key that no table holds. `step` is when the minute begins that
    // it is the only one of.
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
    // One row a student, which is locked while a try is judged: what counts is the order of the tries, whichever replica has them.
    "CREATE TABLE one_time_password_tries (
        college_id {uuid} NOT NULL,
        student_id {uuid} NOT NULL,
        wrong {json} NOT NULL,
        updated_at {time} NOT NULL,
        CONSTRAINT pk_one_time_password_tries PRIMARY KEY (college_id, student_id),
        CONSTRAINT fk_one_time_password_tries_student FOREIGN KEY (college_id, student_id) REFERENCES users (college_id, id)
    ){hot}",
    "CREATE INDEX ix_one_time_password_tries_age ON one_time_password_tries (updated_at)",
    // A redemption is the record that it leads to.
    "CREATE UNIQUE INDEX uq_attendance_records_otp ON attendance_records (college_id, otp_used, student_id)
        WHERE otp_used IS NOT NULL",
];

const DOWN: &[&str] =
    &["DROP INDEX uq_attendance_records_otp", "DROP TABLE one_time_password_tries", "DROP TABLE one_time_passwords"];

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
