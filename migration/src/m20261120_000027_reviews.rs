//! What staff made of flagged check-ins.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // Made by the first decision. Where a review stands is in the record itself; what that said before a rejection is kept here.
    "CREATE TABLE attendance_reviews (
        college_id {uuid} NOT NULL,
        record_id {uuid} NOT NULL,
        claimed_status text NOT NULL
            CONSTRAINT ck_attendance_reviews_claimed CHECK (claimed_status IN ('PRESENT', 'LATE', 'ABSENT', 'EXCUSED', 'PENDING')),
        claimed_late_by_seconds integer NOT NULL,
        decided_by {uuid} NOT NULL,
        decided_at {time} NOT NULL,
        decision_reason text NOT NULL,
        appeal text NOT NULL DEFAULT '',
        appealed_at {time},
        CONSTRAINT pk_attendance_reviews PRIMARY KEY (college_id, record_id),
        CONSTRAINT fk_attendance_reviews_record
            FOREIGN KEY (college_id, record_id) REFERENCES attendance_records (college_id, id),
        CONSTRAINT fk_attendance_reviews_user FOREIGN KEY (college_id, decided_by) REFERENCES users (college_id, id)
    )",
];

const DOWN: &[&str] = &["DROP TABLE attendance_reviews"];

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
