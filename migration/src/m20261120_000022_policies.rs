//! What a check-in has to show, by college, division, timetable or session; and what staff are to look at.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // The scope's id has no foreign key, because it is of several tables. A policy whose session is gone applies to nothing.
    "CREATE TABLE policies (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        scope text NOT NULL CONSTRAINT ck_policies_scope CHECK (scope IN ('COLLEGE', 'DIVISION', 'TIMETABLE', 'SESSION')),
        scope_id {uuid} NOT NULL,
        is_shadow boolean NOT NULL,
        version integer NOT NULL CONSTRAINT ck_policies_version CHECK (version >= 1),
        deleted_at {time},
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CONSTRAINT pk_policies PRIMARY KEY (college_id, id),
        CONSTRAINT fk_policies_college FOREIGN KEY (college_id) REFERENCES colleges (id)
    )",
    // Those that were deleted stay, because records name their versions.
    "CREATE UNIQUE INDEX uq_policies_scope ON policies (college_id, scope, scope_id, is_shadow) WHERE deleted_at IS NULL",
    "CREATE TABLE policy_versions (
        college_id {uuid} NOT NULL,
        policy_id {uuid} NOT NULL,
        version integer NOT NULL,
        rules {json} NOT NULL,
        created_by {uuid} NOT NULL,
        created_at {time} NOT NULL,
        CONSTRAINT pk_policy_versions PRIMARY KEY (college_id, policy_id, version),
        CONSTRAINT fk_policy_versions_policy FOREIGN KEY (college_id, policy_id) REFERENCES policies (college_id, id),
        CONSTRAINT fk_policy_versions_user FOREIGN KEY (college_id, created_by) REFERENCES users (college_id, id)
    )",
    // None where no policy was made. Not a foreign key: a record is written at a door, and versions are never deleted.
    "ALTER TABLE attendance_records ADD COLUMN policy_id {uuid}",
    "ALTER TABLE attendance_records ADD COLUMN policy_version integer",
    "ALTER TABLE attendance_records ADD COLUMN flags {json} NOT NULL DEFAULT '[]'",
    "ALTER TABLE attendance_records ADD COLUMN review text NOT NULL DEFAULT ''
        CONSTRAINT ck_attendance_records_review CHECK (review IN ('', 'OPEN', 'CONFIRMED', 'REJECTED', 'APPEALED'))",
    "CREATE INDEX ix_attendance_records_review ON attendance_records (college_id, marked_at, id)
        WHERE review IN ('OPEN', 'APPEALED')",
    "ALTER TABLE check_in_attempts ADD COLUMN policy_id {uuid}",
    "ALTER TABLE check_in_attempts ADD COLUMN policy_version integer",
    "CREATE INDEX ix_check_in_attempts_session ON check_in_attempts (college_id, session_id, attempted_at)",
];

const DOWN: &[&str] = &[
    "DROP INDEX ix_check_in_attempts_session",
    "ALTER TABLE check_in_attempts DROP COLUMN policy_version",
    "ALTER TABLE check_in_attempts DROP COLUMN policy_id",
    "DROP INDEX ix_attendance_records_review",
    "ALTER TABLE attendance_records DROP COLUMN review",
    "ALTER TABLE attendance_records DROP COLUMN flags",
    "ALTER TABLE attendance_records DROP COLUMN policy_version",
    "ALTER TABLE attendance_records DROP COLUMN policy_id",
    "DROP TABLE policy_versions",
    "DROP TABLE policies",
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
