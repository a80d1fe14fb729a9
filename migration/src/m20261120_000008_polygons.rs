//! Fences that are no circles.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

// A geometry of GeoJSON of the type Polygon; none where the fence is the circle. Where there is one, the circle holds it, so
// that whatever looks for a place by its centre and radius finds it.
const UP: &[&str] = &["ALTER TABLE locations ADD COLUMN polygon {json}"];

const DOWN: &[&str] = &["ALTER TABLE locations DROP COLUMN polygon"];

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
