//! What those who attended a session say of it.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // In days after a session's end; 0 takes none.
    "ALTER TABLE colleges ADD COLUMN feedback_days integer NOT NULL DEFAULT 7
        CONSTRAINT ck_colleges_feedback_days CHECK (feedback_days BETWEEN 0 AND 90)",
    // One a session, made by its first answer. What is kept is a sum, so that statistics read one row for each session; when it
    // closes is fixed, so that nothing that was published is opened again. Teacher, subject and day are copies of what a session
    // cannot change any more.
    "CREATE TABLE session_feedback (
        college_id {uuid} NOT NULL,
        session_id {uuid} NOT NULL,
        teacher_id {uuid} NOT NULL,
        subject text NOT NULL,
        day {date} NOT NULL,
        closes_at {time} NOT NULL,
        answers integer NOT NULL DEFAULT 0,
        content_1 integer NOT NULL DEFAULT 0,
        content_2 integer NOT NULL DEFAULT 0,
        content_3 integer NOT NULL DEFAULT 0,
        content_4 integer NOT NULL DEFAULT 0,
        content_5 integer NOT NULL DEFAULT 0,
        delivery_1 integer NOT NULL DEFAULT 0,
        delivery_2 integer NOT NULL DEFAULT 0,
        delivery_3 integer NOT NULL DEFAULT 0,
        delivery_4 integer NOT NULL DEFAULT 0,
        delivery_5 integer NOT NULL DEFAULT 0,
        engagement_1 integer NOT NULL DEFAULT 0,
        engagement_2 integer NOT NULL DEFAULT 0,
        engagement_3 integer NOT NULL DEFAULT 0,
        engagement_4 integer NOT NULL DEFAULT 0,
        engagement_5 integer NOT NULL DEFAULT 0,
        overall_1 integer NOT NULL DEFAULT 0,
        overall_2 integer NOT NULL DEFAULT 0,
        overall_3 integer NOT NULL DEFAULT 0,
        overall_4 integer NOT NULL DEFAULT 0,
        overall_5 integer NOT NULL DEFAULT 0,
        CONSTRAINT pk_session_feedback PRIMARY KEY (college_id, session_id),
        CONSTRAINT ck_session_feedback_content
            CHECK (answers = content_1 + content_2 + content_3 + content_4 + content_5),
        CONSTRAINT ck_session_feedback_delivery
            CHECK (answers = delivery_1 + delivery_2 + delivery_3 + delivery_4 + delivery_5),
        CONSTRAINT ck_session_feedback_engagement
            CHECK (answers = engagement_1 + engagement_2 + engagement_3 + engagement_4 + engagement_5),
        CONSTRAINT ck_session_feedback_overall
            CHECK (answers = overall_1 + overall_2 + overall_3 + overall_4 + overall_5),
        CONSTRAINT fk_session_feedback_session
            FOREIGN KEY (college_id, session_id) REFERENCES sessions (college_id, id),
        CONSTRAINT fk_session_feedback_teacher FOREIGN KEY (college_id, teacher_id) REFERENCES users (college_id, id)
    ){hot}",
    "CREATE INDEX ix_session_feedback_teacher ON session_feedback (college_id, teacher_id, day)",
    "CREATE INDEX ix_session_feedback_day ON session_feedback (college_id, day)",
    // The id is random: comments are given in its order, which must not be that of their times.
    "CREATE TABLE feedback_answers (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        session_id {uuid} NOT NULL,
        student_id {uuid} NOT NULL,
        content integer NOT NULL,
        delivery integer NOT NULL,
        engagement integer NOT NULL,
        overall integer NOT NULL,
        comment text NOT NULL DEFAULT '',
        CONSTRAINT pk_feedback_answers PRIMARY KEY (college_id, id),
        CONSTRAINT uq_feedback_answers_student UNIQUE (college_id, session_id, student_id),
        CONSTRAINT ck_feedback_answers_ratings CHECK (content BETWEEN 1 AND 5 AND delivery BETWEEN 1 AND 5
            AND engagement BETWEEN 1 AND 5 AND overall BETWEEN 1 AND 5),
        CONSTRAINT fk_feedback_answers_feedback
            FOREIGN KEY (college_id, session_id) REFERENCES session_feedback (college_id, session_id),
        CONSTRAINT fk_feedback_answers_student FOREIGN KEY (college_id, student_id) REFERENCES users (college_id, id)
    )",
];

const DOWN: &[&str] =
    &["DROP TABLE feedback_answers", "DROP TABLE session_feedback", "ALTER TABLE colleges DROP COLUMN feedback_days"];

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
