//! Keys for a college's other systems, and an audit that tells them from people and is searched by who and by what.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // Only a hash of the secret is kept. A key that was revoked stays, for the audit's sake.
    "CREATE TABLE api_keys (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        name text NOT NULL,
        secret_hash {bytes} NOT NULL,
        scopes {json} NOT NULL,
        created_by {uuid} NOT NULL,
        created_at {time} NOT NULL,
        expires_at {time} NOT NULL,
        last_used_at {time},
        revoked_at {time},
        CONSTRAINT pk_api_keys PRIMARY KEY (college_id, id),
        CONSTRAINT fk_api_keys_created_by FOREIGN KEY (college_id, created_by) REFERENCES users (college_id, id)
    )",
    "CREATE UNIQUE INDEX uq_api_keys_name ON api_keys (college_id, name) WHERE revoked_at IS NULL",
    "ALTER TABLE audit_rows ADD COLUMN actor_kind text NOT NULL DEFAULT 'user'",
    "CREATE INDEX ix_audit_rows_actor ON audit_rows (college_id, actor_id, created_at)",
    "CREATE INDEX ix_audit_rows_object ON audit_rows (college_id, object_type, object_id, created_at)",
];

const DOWN: &[&str] = &[
    "DROP INDEX ix_audit_rows_object",
    "DROP INDEX ix_audit_rows_actor",
    "ALTER TABLE audit_rows DROP COLUMN actor_kind",
    "DROP TABLE api_keys",
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
