//! The network that a sign-in came from, as limits count it, so that an account knows it again.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // Of an IPv6 address the /64; `ip_address` keeps the whole one for whoever looks at their sign-ins.
    "ALTER TABLE refresh_token_families ADD COLUMN address_key text",
    "UPDATE refresh_token_families SET address_key = ip_address WHERE ip_address NOT LIKE '%:%'",
];

const DOWN: &[&str] = &["ALTER TABLE refresh_token_families DROP COLUMN address_key"];

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
