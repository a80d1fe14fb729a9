//! Keys of students' devices, and which device checked whom in to a session first.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    "ALTER TABLE colleges ADD COLUMN device_cooldown_hours integer NOT NULL DEFAULT 48
        CONSTRAINT ck_colleges_device_cooldown CHECK (device_cooldown_hours BETWEEN 0 AND 720)",
    "CREATE TABLE devices (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        user_id {uuid} NOT NULL,
        name text NOT NULL,
        device_id text NOT NULL,
        algorithm text NOT NULL CONSTRAINT ck_devices_algorithm CHECK (algorithm IN ('ED25519', 'P256')),
        public_key {bytes} NOT NULL,
        platform text NOT NULL CONSTRAINT ck_devices_platform CHECK (platform IN ('', 'ANDROID', 'IOS', 'OTHER')),
        attestation text NOT NULL,
        state text NOT NULL CONSTRAINT ck_devices_state CHECK (state IN ('PENDING', 'ACTIVE', 'REVOKED')),
        active_from {time} NOT NULL,
        approved_by {uuid},
        created_at {time} NOT NULL,
        revoked_at {time},
        CONSTRAINT pk_devices PRIMARY KEY (college_id, id),
        CONSTRAINT fk_devices_user FOREIGN KEY (college_id, user_id) REFERENCES users (college_id, id),
        CONSTRAINT ck_devices_revoked CHECK ((state = 'REVOKED') = (revoked_at IS NOT NULL))
    )",
    "CREATE INDEX ix_devices_user ON devices (college_id, user_id, id)",
    // Of each one, for each person, whoever writes at the same time.
    "CREATE UNIQUE INDEX uq_devices_active ON devices (college_id, user_id) WHERE state = 'ACTIVE'",
    "CREATE UNIQUE INDEX uq_devices_pending ON devices (college_id, user_id) WHERE state = 'PENDING'",
    // A key speaks for one person.
    "CREATE UNIQUE INDEX uq_devices_key ON devices (college_id, public_key) WHERE state <> 'REVOKED'",
    // The key that signed the check-in, whoever's it is. No foreign key: old keys are struck off, and records stay.
    "ALTER TABLE attendance_records ADD COLUMN device_key_id {uuid}",
    // Who was checked in first by a device. Whoever comes second by the same one finds the row there.
    "CREATE TABLE session_devices (
        college_id {uuid} NOT NULL,
        session_id {uuid} NOT NULL,
        device text NOT NULL,
        student_id {uuid} NOT NULL,
        CONSTRAINT pk_session_devices PRIMARY KEY (college_id, session_id, device),
        CONSTRAINT fk_session_devices_session FOREIGN KEY (college_id, session_id) REFERENCES sessions (college_id, id)
    )",
];

const DOWN: &[&str] = &[
    "DROP TABLE session_devices",
    "ALTER TABLE attendance_records DROP COLUMN device_key_id",
    "DROP TABLE devices",
    "ALTER TABLE colleges DROP COLUMN device_cooldown_hours",
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
