//! What trust rests on: sign-ins, what was revoked, and who did what.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // A family is one sign-in: every refresh token that came from it. Only hashes are kept.
    "CREATE TABLE refresh_token_families (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        user_id {uuid} NOT NULL,
        device_id text NOT NULL,
        generation integer NOT NULL,
        current_hash {bytes} NOT NULL,
        previous_hash {bytes},
        rotated_at {time} NOT NULL,
        created_at {time} NOT NULL,
        expires_at {time} NOT NULL,
        revoked_at {time},
        CONSTRAINT pk_refresh_token_families PRIMARY KEY (college_id, id),
        CONSTRAINT fk_refresh_token_families_user FOREIGN KEY (college_id, user_id) REFERENCES users (college_id, id)
    )",
    "CREATE INDEX ix_refresh_token_families_user ON refresh_token_families (college_id, user_id)",
    "CREATE INDEX ix_refresh_token_families_expiry ON refresh_token_families (expires_at)",
    // Access tokens that must not be believed before they expire, named by their sign-in, their own id or their user. Short:
    // a row is of no use after the tokens that it names have expired.
    "CREATE TABLE token_revocations (
        college_id {uuid} NOT NULL,
        subject_id {uuid} NOT NULL,
        revoked_at {time} NOT NULL,
        expires_at {time} NOT NULL,
        CONSTRAINT pk_token_revocations PRIMARY KEY (college_id, subject_id),
        CONSTRAINT fk_token_revocations_college FOREIGN KEY (college_id) REFERENCES colleges (id)
    )",
    "CREATE INDEX ix_token_revocations_time ON token_revocations (revoked_at)",
    // Who did what, and what was denied. Rows are only ever added.
    "CREATE TABLE audit_rows (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        actor_id {uuid},
        action text NOT NULL,
        object_type text NOT NULL DEFAULT '',
        object_id text NOT NULL DEFAULT '',
        detail {json} NOT NULL,
        ip_address text,
        request_id text,
        created_at {time} NOT NULL,
        CONSTRAINT pk_audit_rows PRIMARY KEY (college_id, id),
        CONSTRAINT fk_audit_rows_college FOREIGN KEY (college_id) REFERENCES colleges (id)
    )",
    "CREATE INDEX ix_audit_rows_time ON audit_rows (college_id, created_at)",
];

const DOWN: &[&str] = &["DROP TABLE audit_rows", "DROP TABLE token_revocations", "DROP TABLE refresh_token_families"];

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
