//! A queue where what waits of one kind is not in the way of another, and a count of the mails to strangers.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // By kind first: whoever looks for one kind does not read past all that waits of another.
    "DROP INDEX ix_jobs_due",
    "CREATE INDEX ix_jobs_due ON jobs (kind, due_at, id) WHERE dead_at IS NULL",
    // How many mails went on a day (UTC) to mailboxes that nobody has confirmed.
    "CREATE TABLE unconfirmed_mails (
        college_id {uuid} NOT NULL,
        day {date} NOT NULL,
        mails bigint NOT NULL,
        CONSTRAINT pk_unconfirmed_mails PRIMARY KEY (college_id, day),
        CONSTRAINT fk_unconfirmed_mails_college FOREIGN KEY (college_id) REFERENCES colleges (id)
    ){hot}",
];

const DOWN: &[&str] = &[
    "DROP TABLE unconfirmed_mails",
    "DROP INDEX ix_jobs_due",
    "CREATE INDEX ix_jobs_due ON jobs (due_at, id) WHERE dead_at IS NULL",
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
