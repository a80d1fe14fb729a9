//! What a college says of itself beyond its name and its clock.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    "ALTER TABLE colleges ADD COLUMN campus_networks {json} NOT NULL DEFAULT '[]'",
    // In days; 0 keeps for ever.
    "ALTER TABLE colleges ADD COLUMN retention_days integer NOT NULL DEFAULT 365
        CONSTRAINT ck_colleges_retention CHECK (retention_days BETWEEN 0 AND 3650)",
];

const DOWN: &[&str] =
    &["ALTER TABLE colleges DROP COLUMN retention_days", "ALTER TABLE colleges DROP COLUMN campus_networks"];

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
