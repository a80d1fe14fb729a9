//! Check-ins that were made without a network: for how long they count by themselves, and reviews that wait with what was claimed, before
//! anybody has decided.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const SETTING: &str = "ALTER TABLE colleges ADD COLUMN offline_window_hours integer NOT NULL DEFAULT 24
    CONSTRAINT ck_colleges_offline_window CHECK (offline_window_hours BETWEEN 0 AND 168)";

// SQLite takes no column's NOT NULL away: the table is written anew.
const ASIDE: &[&str] =
    &["CREATE TABLE attendance_reviews_before AS SELECT * FROM attendance_reviews", "DROP TABLE attendance_reviews"];

const UNDECIDED: &str = "CREATE TABLE attendance_reviews (
    college_id {uuid} NOT NULL,
    record_id {uuid} NOT NULL,
    claimed_status text NOT NULL
        CONSTRAINT ck_attendance_reviews_claimed CHECK (claimed_status IN ('PRESENT', 'LATE', 'ABSENT', 'EXCUSED', 'PENDING')),
    claimed_late_by_seconds integer NOT NULL,
    decided_by {uuid},
    decided_at {time},
    decision_reason text NOT NULL,
    appeal text NOT NULL DEFAULT '',
    appealed_at {time},
    CONSTRAINT pk_attendance_reviews PRIMARY KEY (college_id, record_id),
    CONSTRAINT ck_attendance_reviews_decided CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CONSTRAINT fk_attendance_reviews_record
        FOREIGN KEY (college_id, record_id) REFERENCES attendance_records (college_id, id),
    CONSTRAINT fk_attendance_reviews_user FOREIGN KEY (college_id, decided_by) REFERENCES users (college_id, id)
)";

const DECIDED: &str = "CREATE TABLE attendance_reviews (
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
)";

const BACK: &[&str] = &[
    "INSERT INTO attendance_reviews (college_id, record_id, claimed_status, claimed_late_by_seconds, decided_by, decided_at,
        decision_reason, appeal, appealed_at)
    SELECT college_id, record_id, claimed_status, claimed_late_by_seconds, decided_by, decided_at, decision_reason, appeal, appealed_at
    FROM attendance_reviews_before WHERE decided_at IS NOT NULL",
    "DROP TABLE attendance_reviews_before",
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = [&[SETTING], ASIDE, &[UNDECIDED], BACK].concat();
        dialect::run(manager, &statements).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let setting = "ALTER TABLE colleges DROP COLUMN offline_window_hours";
        let statements = [ASIDE, &[DECIDED], BACK, &[setting]].concat();
        dialect::run(manager, &statements).await
    }
}
