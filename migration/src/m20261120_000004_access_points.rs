//! What sends a signal at a location.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // An access point is nothing without its location and goes with it. What keeps a location is what was held there.
    "CREATE TABLE access_points (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        location_id {uuid} NOT NULL,
        bssid text NOT NULL,
        ssid text NOT NULL DEFAULT '',
        min_rssi_dbm integer NOT NULL,
        kind text NOT NULL,
        created_at {time} NOT NULL,
        CONSTRAINT pk_access_points PRIMARY KEY (college_id, id),
        CONSTRAINT uq_access_points_bssid UNIQUE (college_id, bssid),
        CONSTRAINT ck_access_points_bssid CHECK (length(bssid) = 17 AND bssid = lower(bssid)),
        CONSTRAINT ck_access_points_rssi CHECK (min_rssi_dbm BETWEEN -120 AND 0),
        CONSTRAINT ck_access_points_kind CHECK (kind IN ('WIFI', 'BLUETOOTH')),
        CONSTRAINT fk_access_points_location FOREIGN KEY (college_id, location_id)
            REFERENCES locations (college_id, id) ON DELETE CASCADE
    )",
    "CREATE INDEX ix_access_points_location ON access_points (college_id, location_id, bssid)",
];

const DOWN: &[&str] = &["DROP TABLE access_points"];

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
