//! What people are told, how they want to be told it, whom else a college tells of its students, and the systems of others
//! that are told by webhooks.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    "ALTER TABLE colleges ADD COLUMN language text NOT NULL DEFAULT 'EN'
        CONSTRAINT ck_colleges_language CHECK (language IN ('EN', 'DE'))",
    // 0 tells nobody.
    "ALTER TABLE colleges ADD COLUMN low_attendance_percent integer NOT NULL DEFAULT 75
        CONSTRAINT ck_colleges_low_attendance CHECK (low_attendance_percent BETWEEN 0 AND 100)",
    // Counts what somebody was told. Whoever raises it holds the row until the commit, so that a smaller number never
    // becomes visible after a larger one.
    "CREATE TABLE notification_inboxes (
        college_id {uuid} NOT NULL,
        user_id {uuid} NOT NULL,
        last_seq bigint NOT NULL,
        CONSTRAINT pk_notification_inboxes PRIMARY KEY (college_id, user_id),
        CONSTRAINT fk_notification_inboxes_user FOREIGN KEY (college_id, user_id) REFERENCES users (college_id, id)
    ){hot}",
    "CREATE TABLE notifications (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        user_id {uuid} NOT NULL,
        seq bigint NOT NULL,
        event_id {uuid} NOT NULL,
        kind text NOT NULL,
        session_id {uuid},
        detail {json} NOT NULL,
        created_at {time} NOT NULL,
        read_at {time},
        mail_due_at {time},
        mail_job_id {uuid},
        mailed_at {time},
        CONSTRAINT pk_notifications PRIMARY KEY (college_id, id),
        CONSTRAINT uq_notifications_seq UNIQUE (college_id, user_id, seq),
        CONSTRAINT uq_notifications_event UNIQUE (college_id, user_id, event_id),
        CONSTRAINT fk_notifications_user FOREIGN KEY (college_id, user_id) REFERENCES users (college_id, id)
    )",
    "CREATE INDEX ix_notifications_unread ON notifications (college_id, user_id, seq) WHERE read_at IS NULL",
    "CREATE INDEX ix_notifications_mail ON notifications (college_id, user_id, mail_due_at)
        WHERE mail_due_at IS NOT NULL AND mailed_at IS NULL",
    "CREATE INDEX ix_notifications_created ON notifications (created_at)",
    "CREATE TABLE notification_preferences (
        college_id {uuid} NOT NULL,
        user_id {uuid} NOT NULL,
        mail text NOT NULL CONSTRAINT ck_notification_preferences_mail CHECK (mail IN ('EACH', 'DIGEST', 'OFF')),
        mail_kinds {json} NOT NULL,
        quiet_from {clock},
        quiet_to {clock},
        digest_at {clock} NOT NULL,
        updated_at {time} NOT NULL,
        CONSTRAINT pk_notification_preferences PRIMARY KEY (college_id, user_id),
        CONSTRAINT fk_notification_preferences_user FOREIGN KEY (college_id, user_id) REFERENCES users (college_id, id),
        CONSTRAINT ck_notification_preferences_quiet CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
    )",
    "CREATE TABLE guardians (
        college_id {uuid} NOT NULL,
        student_id {uuid} NOT NULL,
        email text NOT NULL,
        created_at {time} NOT NULL,
        CONSTRAINT pk_guardians PRIMARY KEY (college_id, student_id, email),
        CONSTRAINT fk_guardians_student FOREIGN KEY (college_id, student_id) REFERENCES users (college_id, id)
    )",
    // There is no secret in it: secrets are derived from the master secret, the id and the generation.
    "CREATE TABLE webhooks (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        url text NOT NULL,
        description text NOT NULL,
        kinds {json} NOT NULL,
        secret_generation integer NOT NULL,
        rotated_at {time},
        disabled_at {time},
        disabled_reason text NOT NULL DEFAULT '',
        failing_since {time},
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CONSTRAINT pk_webhooks PRIMARY KEY (college_id, id),
        CONSTRAINT fk_webhooks_college FOREIGN KEY (college_id) REFERENCES colleges (id),
        CONSTRAINT ck_webhooks_disabled CHECK (disabled_reason IN ('', 'ADMIN', 'FAILING', 'GONE'))
    )",
    "CREATE TABLE webhook_deliveries (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        webhook_id {uuid} NOT NULL,
        message_id text NOT NULL,
        kind text NOT NULL,
        body text NOT NULL,
        state text NOT NULL CONSTRAINT ck_webhook_deliveries_state CHECK (state IN ('PENDING', 'DELIVERED', 'FAILED')),
        attempts integer NOT NULL,
        next_attempt_at {time},
        last_attempt_at {time},
        last_status integer,
        last_error text NOT NULL DEFAULT '',
        created_at {time} NOT NULL,
        CONSTRAINT pk_webhook_deliveries PRIMARY KEY (college_id, id),
        CONSTRAINT uq_webhook_deliveries_message UNIQUE (college_id, webhook_id, message_id),
        CONSTRAINT fk_webhook_deliveries_webhook FOREIGN KEY (college_id, webhook_id)
            REFERENCES webhooks (college_id, id) ON DELETE CASCADE
    )",
    "CREATE INDEX ix_webhook_deliveries_list ON webhook_deliveries (college_id, webhook_id, id)",
    "CREATE INDEX ix_webhook_deliveries_created ON webhook_deliveries (created_at)",
];

const DOWN: &[&str] = &[
    "DROP TABLE webhook_deliveries",
    "DROP TABLE webhooks",
    "DROP TABLE guardians",
    "DROP TABLE notification_preferences",
    "DROP TABLE notifications",
    "DROP TABLE notification_inboxes",
    "ALTER TABLE colleges DROP COLUMN low_attendance_percent",
    "ALTER TABLE colleges DROP COLUMN language",
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
