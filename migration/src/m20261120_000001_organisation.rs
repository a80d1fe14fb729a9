//! Who and where: colleges, divisions, people, enrolments, locations, timetables.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    "CREATE TABLE colleges (
        id {uuid} NOT NULL,
        short_name text NOT NULL,
        name text NOT NULL,
        time_zone text NOT NULL,
        late_grace_seconds integer NOT NULL DEFAULT 600,
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CONSTRAINT pk_colleges PRIMARY KEY (id),
        CONSTRAINT uq_colleges_short_name UNIQUE (short_name),
        CONSTRAINT ck_colleges_late_grace CHECK (late_grace_seconds BETWEEN 0 AND 86400)
    )",
    "CREATE TABLE divisions (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        name text NOT NULL,
        description text NOT NULL DEFAULT '',
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CONSTRAINT pk_divisions PRIMARY KEY (college_id, id),
        CONSTRAINT uq_divisions_name UNIQUE (college_id, name),
        CONSTRAINT fk_divisions_college FOREIGN KEY (college_id) REFERENCES colleges (id)
    )",
    "CREATE TABLE users (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        email text NOT NULL,
        username text NOT NULL,
        password_hash text NOT NULL,
        role text NOT NULL,
        division_id {uuid},
        is_active boolean NOT NULL DEFAULT TRUE,
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CONSTRAINT pk_users PRIMARY KEY (college_id, id),
        CONSTRAINT uq_users_email UNIQUE (college_id, email),
        CONSTRAINT ck_users_role CHECK (role IN ('student', 'teacher', 'admin')),
        CONSTRAINT ck_users_email CHECK (email = lower(email)),
        CONSTRAINT fk_users_college FOREIGN KEY (college_id) REFERENCES colleges (id),
        CONSTRAINT fk_users_division FOREIGN KEY (college_id, division_id) REFERENCES divisions (college_id, id)
    )",
    // A login that names no college looks the address up in all of them.
    "CREATE INDEX ix_users_email ON users (email)",
    "CREATE INDEX ix_users_division ON users (college_id, division_id)",
    "CREATE TABLE enrolments (
        college_id {uuid} NOT NULL,
        division_id {uuid} NOT NULL,
        student_id {uuid} NOT NULL,
        from_date {date} NOT NULL,
        to_date {date},
        created_at {time} NOT NULL,
        CONSTRAINT pk_enrolments PRIMARY KEY (college_id, division_id, student_id, from_date),
        CONSTRAINT ck_enrolments_dates CHECK (to_date IS NULL OR to_date >= from_date),
        CONSTRAINT fk_enrolments_division FOREIGN KEY (college_id, division_id) REFERENCES divisions (college_id, id),
        CONSTRAINT fk_enrolments_student FOREIGN KEY (college_id, student_id) REFERENCES users (college_id, id)
    )",
    "CREATE INDEX ix_enrolments_student ON enrolments (college_id, student_id)",
    "CREATE TABLE locations (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        name text NOT NULL,
        latitude {float} NOT NULL,
        longitude {float} NOT NULL,
        radius_meters {float} NOT NULL,
        building text NOT NULL DEFAULT '',
        classroom_number text NOT NULL DEFAULT '',
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CONSTRAINT pk_locations PRIMARY KEY (college_id, id),
        CONSTRAINT uq_locations_name UNIQUE (college_id, name),
        CONSTRAINT ck_locations_latitude CHECK (latitude BETWEEN -90 AND 90),
        CONSTRAINT ck_locations_longitude CHECK (longitude BETWEEN -180 AND 180),
        CONSTRAINT ck_locations_radius CHECK (radius_meters > 0 AND radius_meters <= 100000),
        CONSTRAINT fk_locations_college FOREIGN KEY (college_id) REFERENCES colleges (id)
    )",
    "CREATE INDEX ix_locations_position ON locations (college_id, latitude, longitude)",
    "CREATE TABLE timetables (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        division_id {uuid} NOT NULL,
        location_id {uuid} NOT NULL,
        teacher_id {uuid} NOT NULL,
        subject text NOT NULL,
        day_of_week integer NOT NULL,
        start_time {clock} NOT NULL,
        end_time {clock} NOT NULL,
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CONSTRAINT pk_timetables PRIMARY KEY (college_id, id),
        CONSTRAINT ck_timetables_day CHECK (day_of_week BETWEEN 1 AND 7),
        CONSTRAINT ck_timetables_times CHECK (end_time > start_time),
        CONSTRAINT fk_timetables_division FOREIGN KEY (college_id, division_id) REFERENCES divisions (college_id, id),
        CONSTRAINT fk_timetables_location FOREIGN KEY (college_id, location_id) REFERENCES locations (college_id, id),
        CONSTRAINT fk_timetables_teacher FOREIGN KEY (college_id, teacher_id) REFERENCES users (college_id, id)
    )",
    "CREATE INDEX ix_timetables_division ON timetables (college_id, division_id, day_of_week, start_time)",
];

const DOWN: &[&str] = &[
    "DROP TABLE timetables",
    "DROP TABLE locations",
    "DROP TABLE enrolments",
    "DROP TABLE users",
    "DROP TABLE divisions",
    "DROP TABLE colleges",
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
