//! What is heard in a room, learnt from check-ins, and what check-ins have sent.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // The record that it was learnt from names its student, of whom a room takes two at most.
    "CREATE TABLE access_point_fingerprints (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        location_id {uuid} NOT NULL,
        signals {json} NOT NULL,
        learned_at {time} NOT NULL,
        from_record_id {uuid} NOT NULL,
        CONSTRAINT pk_access_point_fingerprints PRIMARY KEY (college_id, id),
        CONSTRAINT uq_access_point_fingerprints_record UNIQUE (college_id, from_record_id),
        CONSTRAINT fk_access_point_fingerprints_location FOREIGN KEY (college_id, location_id)
            REFERENCES locations (college_id, id) ON DELETE CASCADE,
        CONSTRAINT fk_access_point_fingerprints_record FOREIGN KEY (college_id, from_record_id)
            REFERENCES attendance_records (college_id, id)
    )",
    "CREATE INDEX ix_access_point_fingerprints_location ON access_point_fingerprints (college_id, location_id, learned_at)",
    "CREATE INDEX ix_access_point_fingerprints_age ON access_point_fingerprints (learned_at)",
    // The first who sent a scan has the row, by a digest of all that was heard. What was heard goes as soon as it is learnt, the
    // row after a week. No foreign keys: it is written at a door, and nothing is read through it.
    "CREATE TABLE check_in_scans (
        college_id {uuid} NOT NULL,
        digest {uuid} NOT NULL,
        student_id {uuid} NOT NULL,
        check_in_id {uuid} NOT NULL,
        session_id {uuid} NOT NULL,
        signals {json},
        seen_at {time} NOT NULL,
        CONSTRAINT pk_check_in_scans PRIMARY KEY (college_id, digest)
    )",
    "CREATE INDEX ix_check_in_scans_session ON check_in_scans (college_id, session_id) WHERE signals IS NOT NULL",
    "CREATE INDEX ix_check_in_scans_age ON check_in_scans (seen_at)",
];

const DOWN: &[&str] = &["DROP TABLE check_in_scans", "DROP TABLE access_point_fingerprints"];

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
