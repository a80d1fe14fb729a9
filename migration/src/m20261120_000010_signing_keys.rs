//! Keys that sign access tokens after the first one, and where a sign-in came from.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // Every college's tokens are signed with the same key. No key stands here: it is derived from the master secret and the
    // salt, so that neither alone is of use.
    "CREATE TABLE signing_keys (
        kid {uuid} NOT NULL,
        algorithm text NOT NULL,
        salt {bytes} NOT NULL,
        created_at {time} NOT NULL,
        active_from {time} NOT NULL,
        CONSTRAINT pk_signing_keys PRIMARY KEY (kid),
        CONSTRAINT uq_signing_keys_active_from UNIQUE (active_from),
        CONSTRAINT ck_signing_keys_algorithm CHECK (algorithm IN ('HS256', 'EdDSA'))
    )",
    "ALTER TABLE refresh_token_families ADD COLUMN ip_address text",
];

const DOWN: &[&str] = &["ALTER TABLE refresh_token_families DROP COLUMN ip_address", "DROP TABLE signing_keys"];

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
