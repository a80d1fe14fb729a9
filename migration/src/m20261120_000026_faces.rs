//! Faces: who consented to what and when, what a face is compared with, the key that alone opens it, and by what a picture that
//! is sent again is known.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    "ALTER TABLE colleges ADD COLUMN face_enabled boolean NOT NULL DEFAULT FALSE",
    "CREATE TABLE face_consents (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        user_id {uuid} NOT NULL,
        text_version text NOT NULL,
        given_at {time} NOT NULL,
        withdrawn_at {time},
        CONSTRAINT pk_face_consents PRIMARY KEY (college_id, id),
        CONSTRAINT fk_face_consents_user FOREIGN KEY (college_id, user_id) REFERENCES users (college_id, id)
    )",
    "CREATE UNIQUE INDEX uq_face_consents_standing ON face_consents (college_id, user_id) WHERE withdrawn_at IS NULL",
    "CREATE INDEX ix_face_consents_user ON face_consents (college_id, user_id, id)",
    // A table of its own, so that keys can be kept out of a backup that has the templates.
    "CREATE TABLE face_keys (
        college_id {uuid} NOT NULL,
        user_id {uuid} NOT NULL,
        wrapped {bytes} NOT NULL,
        created_at {time} NOT NULL,
        CONSTRAINT pk_face_keys PRIMARY KEY (college_id, user_id),
        CONSTRAINT fk_face_keys_user FOREIGN KEY (college_id, user_id) REFERENCES users (college_id, id)
    )",
    "CREATE TABLE face_templates (
        college_id {uuid} NOT NULL,
        user_id {uuid} NOT NULL,
        model text NOT NULL,
        version integer NOT NULL,
        photo_count integer NOT NULL CONSTRAINT ck_face_templates_photo_count CHECK (photo_count BETWEEN 1 AND 5),
        sealed {bytes} NOT NULL,
        enrolled_at {time} NOT NULL,
        CONSTRAINT pk_face_templates PRIMARY KEY (college_id, user_id),
        CONSTRAINT fk_face_templates_key FOREIGN KEY (college_id, user_id) REFERENCES face_keys (college_id, user_id)
    )",
    // Marks are keyed hashes of files. The session is empty for what was enrolled.
    "CREATE TABLE face_pictures (
        college_id {uuid} NOT NULL,
        user_id {uuid} NOT NULL,
        mark {bytes} NOT NULL,
        session_id {uuid},
        seen_at {time} NOT NULL,
        CONSTRAINT pk_face_pictures PRIMARY KEY (college_id, user_id, mark),
        CONSTRAINT fk_face_pictures_key FOREIGN KEY (college_id, user_id) REFERENCES face_keys (college_id, user_id)
    )",
];

const DOWN: &[&str] = &[
    "DROP TABLE face_pictures",
    "DROP TABLE face_templates",
    "DROP TABLE face_keys",
    "DROP TABLE face_consents",
    "ALTER TABLE colleges DROP COLUMN face_enabled",
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
