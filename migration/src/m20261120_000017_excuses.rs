//! Excuses: what students ask for, the documents that speak for them, and what staff decided.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // In days after the end of the session, and after that or the asking, whichever is later.
    "ALTER TABLE colleges ADD COLUMN excuse_request_days integer NOT NULL DEFAULT 14
        CONSTRAINT ck_colleges_excuse_request CHECK (excuse_request_days BETWEEN 0 AND 365)",
    "ALTER TABLE colleges ADD COLUMN excuse_decision_days integer NOT NULL DEFAULT 14
        CONSTRAINT ck_colleges_excuse_decision CHECK (excuse_decision_days BETWEEN 1 AND 365)",
    // The documents themselves are files; `document_key` is the name of one, which nobody can guess. Whoever decides is somebody
    // else than the student.
    "CREATE TABLE excuses (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        session_id {uuid} NOT NULL,
        student_id {uuid} NOT NULL,
        status text NOT NULL,
        reason text NOT NULL,
        document_key {uuid},
        document_type text,
        document_bytes integer,
        document_sha256 {bytes},
        requested_at {time} NOT NULL,
        decide_by {time} NOT NULL,
        decided_at {time},
        decided_by {uuid},
        decision_reason text NOT NULL DEFAULT '',
        CONSTRAINT pk_excuses PRIMARY KEY (college_id, id),
        CONSTRAINT uq_excuses_document UNIQUE (document_key),
        CONSTRAINT ck_excuses_status CHECK (status IN ('OPEN', 'APPROVED', 'REFUSED', 'EXPIRED')),
        CONSTRAINT ck_excuses_decided CHECK ((status = 'OPEN') = (decided_at IS NULL)),
        CONSTRAINT ck_excuses_decider CHECK ((status IN ('APPROVED', 'REFUSED')) = (decided_by IS NOT NULL)),
        CONSTRAINT ck_excuses_own CHECK (decided_by <> student_id),
        CONSTRAINT ck_excuses_document CHECK (
            (document_key IS NULL) = (document_type IS NULL) AND (document_key IS NULL) = (document_bytes IS NULL)
            AND (document_key IS NULL) = (document_sha256 IS NULL)),
        CONSTRAINT ck_excuses_document_type CHECK (document_type IN ('JPEG', 'PNG', 'PDF')),
        CONSTRAINT fk_excuses_session FOREIGN KEY (college_id, session_id) REFERENCES sessions (college_id, id),
        CONSTRAINT fk_excuses_student FOREIGN KEY (college_id, student_id) REFERENCES users (college_id, id),
        CONSTRAINT fk_excuses_decider FOREIGN KEY (college_id, decided_by) REFERENCES users (college_id, id)
    )",
    // Who waits for a decision, or has got a good one, does not ask again.
    "CREATE UNIQUE INDEX uq_excuses_standing ON excuses (college_id, session_id, student_id)
        WHERE status IN ('OPEN', 'APPROVED')",
    "CREATE INDEX ix_excuses_session ON excuses (college_id, session_id, id)",
    "CREATE INDEX ix_excuses_student ON excuses (college_id, student_id, id)",
    "CREATE INDEX ix_excuses_due ON excuses (decide_by) WHERE status = 'OPEN'",
];

const DOWN: &[&str] = &[
    "DROP TABLE excuses",
    "ALTER TABLE colleges DROP COLUMN excuse_decision_days",
    "ALTER TABLE colleges DROP COLUMN excuse_request_days",
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
