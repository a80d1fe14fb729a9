//! Employees, their punches, what is derived from these day by day, and what was entered for a day by hand.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    "CREATE TABLE employees (
        college_id {uuid} NOT NULL REFERENCES colleges (id),
        id {uuid} NOT NULL,
        name text NOT NULL,
        department text NOT NULL,
        external_id text,
        time_zone text,
        location_id {uuid},
        is_active boolean NOT NULL,
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        PRIMARY KEY (college_id, id),
        CONSTRAINT fk_employees_location FOREIGN KEY (college_id, location_id) REFERENCES locations (college_id, id)
    )",
    "CREATE UNIQUE INDEX uq_employees_external ON employees (college_id, external_id) WHERE external_id IS NOT NULL",
    // What the sender calls an event and where it comes from, or else whose it is, what and when, is digested to a key: it comes with
    // every row of a big table.
    "CREATE TABLE punches (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        employee_id {uuid} NOT NULL,
        event_type text NOT NULL,
        occurred_at {time} NOT NULL,
        event_time text NOT NULL,
        utc_offset_seconds integer NOT NULL,
        time_zone text,
        source text NOT NULL,
        event_id text,
        event_key {uuid} NOT NULL,
        location_id {uuid},
        verification text,
        corrects_id {uuid},
        is_void boolean NOT NULL,
        reason text,
        recorded_by {uuid},
        recorded_at {time} NOT NULL,
        PRIMARY KEY (college_id, id),
        CONSTRAINT fk_punches_employee FOREIGN KEY (college_id, employee_id) REFERENCES employees (college_id, id),
        CONSTRAINT fk_punches_location FOREIGN KEY (college_id, location_id) REFERENCES locations (college_id, id),
        CONSTRAINT fk_punches_corrects FOREIGN KEY (college_id, corrects_id) REFERENCES punches (college_id, id)
    )",
    "CREATE UNIQUE INDEX uq_punches_event ON punches (college_id, event_key)",
    "CREATE INDEX ix_punches_employee ON punches (college_id, employee_id, occurred_at)",
    "CREATE INDEX ix_punches_time ON punches (college_id, occurred_at, id)",
    "CREATE UNIQUE INDEX uq_punches_corrects ON punches (college_id, corrects_id) WHERE corrects_id IS NOT NULL",
    // Whose days do not say yet what the punches say, and of which times, in microseconds since 1970. Whoever reads days settles these
    // first.
    "CREATE TABLE unsettled_work (
        college_id {uuid} NOT NULL,
        employee_id {uuid} NOT NULL,
        from_micros bigint NOT NULL,
        until_micros bigint NOT NULL,
        PRIMARY KEY (college_id, employee_id),
        CONSTRAINT fk_unsettled_work_employee FOREIGN KEY (college_id, employee_id) REFERENCES employees (college_id, id)
    ){hot}",
    "CREATE TABLE work_days (
        college_id {uuid} NOT NULL,
        employee_id {uuid} NOT NULL,
        date {date} NOT NULL,
        in_count integer NOT NULL,
        segments {json} NOT NULL,
        PRIMARY KEY (college_id, employee_id, date),
        CONSTRAINT fk_work_days_employee FOREIGN KEY (college_id, employee_id) REFERENCES employees (college_id, id)
    )",
    "CREATE INDEX ix_work_days_date ON work_days (college_id, date)",
    "CREATE TABLE daily_records (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        employee_id {uuid} NOT NULL,
        date {date} NOT NULL,
        kind text NOT NULL,
        status text NOT NULL,
        entered_by {uuid},
        entered_at {time} NOT NULL,
        PRIMARY KEY (college_id, employee_id, date),
        UNIQUE (college_id, id),
        CONSTRAINT fk_daily_records_employee FOREIGN KEY (college_id, employee_id) REFERENCES employees (college_id, id)
    )",
    "CREATE INDEX ix_daily_records_date ON daily_records (college_id, date, employee_id)",
];

const DOWN: &[&str] = &[
    "DROP TABLE daily_records",
    "DROP TABLE work_days",
    "DROP TABLE unsettled_work",
    "DROP TABLE punches",
    "DROP TABLE employees",
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
