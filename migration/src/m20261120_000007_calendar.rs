//! Days on which nothing is held, and times of a day; links to schedules for calendar programs.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // `days_of_week` has a bit for each weekday, 1 for Monday to 64 for Sunday. What was imported remembers from which event,
    // which of its recurrences (empty where it has none), and what the file said of it then.
    "CREATE TABLE calendar_entries (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        kind text NOT NULL,
        name text NOT NULL,
        from_date {date} NOT NULL,
        to_date {date} NOT NULL,
        days_of_week integer NOT NULL,
        start_time {clock},
        end_time {clock},
        source_uid text,
        source_recurrence_id text,
        source_digest {bytes},
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CONSTRAINT pk_calendar_entries PRIMARY KEY (college_id, id),
        CONSTRAINT uq_calendar_entries_source UNIQUE (college_id, source_uid, source_recurrence_id),
        CONSTRAINT ck_calendar_entries_kind CHECK (kind IN ('HOLIDAY', 'BREAK')),
        CONSTRAINT ck_calendar_entries_dates CHECK (to_date >= from_date),
        CONSTRAINT ck_calendar_entries_days CHECK (days_of_week BETWEEN 1 AND 127),
        CONSTRAINT ck_calendar_entries_times
            CHECK ((start_time IS NULL) = (end_time IS NULL) AND (end_time IS NULL OR end_time > start_time)),
        CONSTRAINT ck_calendar_entries_source CHECK ((source_uid IS NULL) = (source_recurrence_id IS NULL)
            AND (source_uid IS NULL) = (source_digest IS NULL)),
        CONSTRAINT fk_calendar_entries_college FOREIGN KEY (college_id) REFERENCES colleges (id)
    )",
    "CREATE INDEX ix_calendar_entries_dates ON calendar_entries (college_id, from_date, id)",
    // Everybody has one link at most. Of the token that it ends with only the SHA-256 is kept.
    "CREATE TABLE schedule_feeds (
        college_id {uuid} NOT NULL,
        user_id {uuid} NOT NULL,
        token_hash {bytes} NOT NULL,
        created_at {time} NOT NULL,
        CONSTRAINT pk_schedule_feeds PRIMARY KEY (college_id, user_id),
        CONSTRAINT uq_schedule_feeds_token UNIQUE (token_hash),
        CONSTRAINT fk_schedule_feeds_user FOREIGN KEY (college_id, user_id) REFERENCES users (college_id, id)
    )",
];

const DOWN: &[&str] = &["DROP TABLE schedule_feeds", "DROP TABLE calendar_entries"];

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
