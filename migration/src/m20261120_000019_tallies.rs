//! Records of completed sessions, counted: so that statistics read a row for each session, or for each student and month, and not
//! one for each record. Sessions that were completed before are counted by a job of the server, which knows their days.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // In percent of a PRESENT.
    "ALTER TABLE colleges ADD COLUMN late_weight_percent integer NOT NULL DEFAULT 100
        CONSTRAINT ck_colleges_late_weight CHECK (late_weight_percent BETWEEN 0 AND 100)",
    "ALTER TABLE colleges ADD COLUMN excused_counts text NOT NULL DEFAULT 'EXCLUDED'
        CONSTRAINT ck_colleges_excused_counts CHECK (excused_counts IN ('EXCLUDED', 'PRESENT', 'ABSENT'))",
    // Division, teacher, subject and day are copies of what a completed session cannot change any more. 1 is Monday.
    "CREATE TABLE session_tallies (
        college_id {uuid} NOT NULL,
        session_id {uuid} NOT NULL,
        day {date} NOT NULL,
        weekday integer NOT NULL,
        division_id {uuid} NOT NULL,
        teacher_id {uuid} NOT NULL,
        subject text NOT NULL,
        present integer NOT NULL,
        late integer NOT NULL,
        absent integer NOT NULL,
        excused integer NOT NULL,
        pending integer NOT NULL,
        CONSTRAINT pk_session_tallies PRIMARY KEY (college_id, session_id),
        CONSTRAINT ck_session_tallies_weekday CHECK (weekday BETWEEN 1 AND 7),
        CONSTRAINT ck_session_tallies_counts
            CHECK (present >= 0 AND late >= 0 AND absent >= 0 AND excused >= 0 AND pending >= 0),
        CONSTRAINT fk_session_tallies_session
            FOREIGN KEY (college_id, session_id) REFERENCES sessions (college_id, id)
    ){hot}",
    "CREATE INDEX ix_session_tallies_day ON session_tallies (college_id, day, session_id)",
    "CREATE INDEX ix_session_tallies_teacher ON session_tallies (college_id, teacher_id, day, session_id)",
    "CREATE INDEX ix_session_tallies_division ON session_tallies (college_id, division_id, day, session_id)",
    // A table for days, one for thirds of months and one for months: a span of time is whole months, and the others at its ends.
    // `begins` is the first day; thirds begin on the 1st, the 11th and the 21st.
    "CREATE TABLE student_day_tallies (
        college_id {uuid} NOT NULL,
        student_id {uuid} NOT NULL,
        division_id {uuid} NOT NULL,
        begins {date} NOT NULL,
        present integer NOT NULL,
        late integer NOT NULL,
        absent integer NOT NULL,
        excused integer NOT NULL,
        pending integer NOT NULL,
        CONSTRAINT pk_student_day_tallies PRIMARY KEY (college_id, student_id, begins, division_id),
        CONSTRAINT ck_student_day_tallies_counts
            CHECK (present >= 0 AND late >= 0 AND absent >= 0 AND excused >= 0 AND pending >= 0),
        CONSTRAINT fk_student_day_tallies_student
            FOREIGN KEY (college_id, student_id) REFERENCES users (college_id, id)
    ){hot}",
    "CREATE INDEX ix_student_day_tallies_day ON student_day_tallies (college_id, begins, division_id)",
    "CREATE TABLE student_third_tallies (
        college_id {uuid} NOT NULL,
        student_id {uuid} NOT NULL,
        division_id {uuid} NOT NULL,
        begins {date} NOT NULL,
        present integer NOT NULL,
        late integer NOT NULL,
        absent integer NOT NULL,
        excused integer NOT NULL,
        pending integer NOT NULL,
        CONSTRAINT pk_student_third_tallies PRIMARY KEY (college_id, student_id, begins, division_id),
        CONSTRAINT ck_student_third_tallies_counts
            CHECK (present >= 0 AND late >= 0 AND absent >= 0 AND excused >= 0 AND pending >= 0),
        CONSTRAINT fk_student_third_tallies_student
            FOREIGN KEY (college_id, student_id) REFERENCES users (college_id, id)
    ){hot}",
    "CREATE INDEX ix_student_third_tallies_third ON student_third_tallies (college_id, begins, division_id)",
    "CREATE TABLE student_month_tallies (
        college_id {uuid} NOT NULL,
        student_id {uuid} NOT NULL,
        division_id {uuid} NOT NULL,
        begins {date} NOT NULL,
        present integer NOT NULL,
        late integer NOT NULL,
        absent integer NOT NULL,
        excused integer NOT NULL,
        pending integer NOT NULL,
        CONSTRAINT pk_student_month_tallies PRIMARY KEY (college_id, student_id, begins, division_id),
        CONSTRAINT ck_student_month_tallies_counts
            CHECK (present >= 0 AND late >= 0 AND absent >= 0 AND excused >= 0 AND pending >= 0),
        CONSTRAINT fk_student_month_tallies_student
            FOREIGN KEY (college_id, student_id) REFERENCES users (college_id, id)
    ){hot}",
    "CREATE INDEX ix_student_month_tallies_month ON student_month_tallies (college_id, begins, division_id)",
    // What the job looks for that counts sessions which were completed before they could be counted.
    "CREATE INDEX ix_sessions_completed ON sessions (college_id, id) WHERE state = 'COMPLETED'",
    // That job, where there are any.
    "INSERT INTO jobs (id, kind, unique_key, payload, due_at, created_at)
        SELECT {fill}, 'tally.fill', 'tally.fill', '{}', '2026-11-20T00:00:00+00:00', '2026-11-20T00:00:00+00:00'
        WHERE EXISTS (SELECT 1 FROM sessions WHERE state = 'COMPLETED')",
];

/// The id of the job, as each database writes it.
const FILL: [&str; 2] = ["'01936b5a-0000-7000-8000-000000000019'::uuid", "X'01936b5a000070008000000000000019'"];

const DOWN: &[&str] = &[
    "DELETE FROM jobs WHERE kind = 'tally.fill'",
    "DROP INDEX ix_sessions_completed",
    "DROP TABLE student_month_tallies",
    "DROP TABLE student_third_tallies",
    "DROP TABLE student_day_tallies",
    "DROP TABLE session_tallies",
    "ALTER TABLE colleges DROP COLUMN excused_counts",
    "ALTER TABLE colleges DROP COLUMN late_weight_percent",
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is_sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        let statements: Vec<String> =
            UP.iter().map(|statement| statement.replace("{fill}", FILL[usize::from(is_sqlite)])).collect();
        dialect::run(manager, &statements.iter().map(String::as_str).collect::<Vec<_>>()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, DOWN).await
    }
}
