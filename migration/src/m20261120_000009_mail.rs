//! Work that is done later, and what people prove with a link that was mailed to them.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // Work of the installation, not of a college: what it is about stands in the payload, and nothing points to it. A row
    // goes when its work is done.
    "CREATE TABLE jobs (
        id {uuid} NOT NULL,
        kind text NOT NULL,
        unique_key text,
        payload {json} NOT NULL,
        due_at {time} NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        last_error text,
        created_at {time} NOT NULL,
        dead_at {time},
        CONSTRAINT pk_jobs PRIMARY KEY (id),
        CONSTRAINT uq_jobs_unique_key UNIQUE (unique_key)
    ){hot}",
    "CREATE INDEX ix_jobs_due ON jobs (due_at, id) WHERE dead_at IS NULL",
    // Good once, until a time, and only while the account is as it was when the mail was written. Who is not there yet has an
    // address and a name instead of an account.
    "CREATE TABLE account_tokens (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        purpose text NOT NULL,
        user_id {uuid},
        email text,
        username text,
        secret_hash {bytes} NOT NULL,
        account_state {bytes},
        created_at {time} NOT NULL,
        expires_at {time} NOT NULL,
        CONSTRAINT pk_account_tokens PRIMARY KEY (college_id, id),
        CONSTRAINT ck_account_tokens_purpose CHECK (purpose IN ('INVITATION', 'PASSWORD_RESET', 'REGISTRATION')),
        CONSTRAINT ck_account_tokens_whose CHECK (
            (purpose = 'REGISTRATION' AND user_id IS NULL AND email IS NOT NULL AND username IS NOT NULL)
            OR (purpose <> 'REGISTRATION' AND user_id IS NOT NULL AND account_state IS NOT NULL AND email IS NULL)
        ),
        CONSTRAINT fk_account_tokens_college FOREIGN KEY (college_id) REFERENCES colleges (id),
        CONSTRAINT fk_account_tokens_user FOREIGN KEY (college_id, user_id) REFERENCES users (college_id, id)
    )",
    // The last invitation counts, and the last mail that confirms an address.
    "CREATE UNIQUE INDEX uq_account_tokens_invitation ON account_tokens (college_id, user_id)
        WHERE purpose = 'INVITATION'",
    "CREATE UNIQUE INDEX uq_account_tokens_registration ON account_tokens (college_id, email)
        WHERE purpose = 'REGISTRATION'",
    "CREATE INDEX ix_account_tokens_user ON account_tokens (college_id, user_id)",
    "CREATE INDEX ix_account_tokens_expiry ON account_tokens (expires_at)",
    "ALTER TABLE colleges ADD COLUMN registration text NOT NULL DEFAULT 'INVITATION'
        CONSTRAINT ck_colleges_registration CHECK (registration IN ('CLOSED', 'INVITATION', 'OPEN'))",
];

const DOWN: &[&str] =
    &["ALTER TABLE colleges DROP COLUMN registration", "DROP TABLE account_tokens", "DROP TABLE jobs"];

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
