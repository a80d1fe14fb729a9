//! What became of records after they were made: who changed them, from what to what, and why.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // In days after the day of the session; with 0 its own day is the last one.
    "ALTER TABLE colleges ADD COLUMN record_lock_days integer NOT NULL DEFAULT 30
        CONSTRAINT ck_colleges_record_lock CHECK (record_lock_days BETWEEN 0 AND 3650)",
    // `event_seq` is the session's: a record changes once in each of its events at most. `from_status` is left out where the
    // record was made by hand, and `changed_by` where the server changed it. What kinds of `source` there are is not the
    // schema's to say, because SQLite could not take another one without writing the table anew.
    "CREATE TABLE attendance_record_changes (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        record_id {uuid} NOT NULL,
        session_id {uuid} NOT NULL,
        student_id {uuid} NOT NULL,
        event_seq bigint NOT NULL,
        changed_by {uuid},
        actor_kind text NOT NULL,
        from_status text,
        to_status text NOT NULL,
        from_late_by_seconds integer NOT NULL DEFAULT 0,
        reason text NOT NULL,
        source text NOT NULL,
        changed_at {time} NOT NULL,
        CONSTRAINT pk_attendance_record_changes PRIMARY KEY (college_id, id),
        CONSTRAINT uq_attendance_record_changes_event UNIQUE (college_id, record_id, event_seq),
        CONSTRAINT ck_attendance_record_changes_actor
            CHECK (actor_kind IN ('user', 'server') AND (actor_kind = 'user') = (changed_by IS NOT NULL)),
        CONSTRAINT ck_attendance_record_changes_from
            CHECK (from_status IN ('PRESENT', 'LATE', 'ABSENT', 'EXCUSED', 'PENDING')),
        CONSTRAINT ck_attendance_record_changes_to
            CHECK (to_status IN ('PRESENT', 'LATE', 'ABSENT', 'EXCUSED', 'PENDING')),
        CONSTRAINT fk_attendance_record_changes_record
            FOREIGN KEY (college_id, record_id) REFERENCES attendance_records (college_id, id),
        CONSTRAINT fk_attendance_record_changes_session
            FOREIGN KEY (college_id, session_id) REFERENCES sessions (college_id, id),
        CONSTRAINT fk_attendance_record_changes_student
            FOREIGN KEY (college_id, student_id) REFERENCES users (college_id, id),
        CONSTRAINT fk_attendance_record_changes_user
            FOREIGN KEY (college_id, changed_by) REFERENCES users (college_id, id)
    )",
];

const DOWN: &[&str] = &["DROP TABLE attendance_record_changes", "ALTER TABLE colleges DROP COLUMN record_lock_days"];

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
