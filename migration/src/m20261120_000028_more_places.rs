//! Sessions and slots that people may come to at several places.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // Read with the row at every check-in.
    "ALTER TABLE sessions ADD COLUMN also_location_ids {json} NOT NULL DEFAULT '[]'",
    "ALTER TABLE timetables ADD COLUMN also_location_ids {json} NOT NULL DEFAULT '[]'",
    // Each of them again as a row, which keeps the location from being deleted and from being another college's.
    "CREATE TABLE session_locations (
        college_id {uuid} NOT NULL,
        session_id {uuid} NOT NULL,
        location_id {uuid} NOT NULL,
        CONSTRAINT pk_session_locations PRIMARY KEY (college_id, session_id, location_id),
        CONSTRAINT fk_session_locations_session
            FOREIGN KEY (college_id, session_id) REFERENCES sessions (college_id, id) ON DELETE CASCADE,
        CONSTRAINT fk_session_locations_location FOREIGN KEY (college_id, location_id) REFERENCES locations (college_id, id)
    )",
    "CREATE INDEX ix_session_locations_location ON session_locations (college_id, location_id)",
    "CREATE TABLE timetable_locations (
        college_id {uuid} NOT NULL,
        timetable_id {uuid} NOT NULL,
        location_id {uuid} NOT NULL,
        CONSTRAINT pk_timetable_locations PRIMARY KEY (college_id, timetable_id, location_id),
        CONSTRAINT fk_timetable_locations_timetable
            FOREIGN KEY (college_id, timetable_id) REFERENCES timetables (college_id, id) ON DELETE CASCADE,
        CONSTRAINT fk_timetable_locations_location FOREIGN KEY (college_id, location_id) REFERENCES locations (college_id, id)
    )",
    "CREATE INDEX ix_timetable_locations_location ON timetable_locations (college_id, location_id)",
];

const DOWN: &[&str] = &[
    "DROP TABLE timetable_locations",
    "DROP TABLE session_locations",
    "ALTER TABLE timetables DROP COLUMN also_location_ids",
    "ALTER TABLE sessions DROP COLUMN also_location_ids",
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
