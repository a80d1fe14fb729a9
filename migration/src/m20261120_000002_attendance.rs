//! What happens: sessions, the records of those who attended, and the attempts that were refused.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Step;

const UP: &[&str] = &[
    // `event_seq` counts the changes of a session and its records; it is raised in the transaction that makes them, which
    // gives each session an order without gaps. `state_seq` is its value at the last change of state. `code_epoch` kills
    // every code that was shown before it was raised.
    "CREATE TABLE sessions (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        timetable_id {uuid},
        location_id {uuid} NOT NULL,
        division_id {uuid} NOT NULL,
        teacher_id {uuid} NOT NULL,
        subject text NOT NULL,
        planned_start {time} NOT NULL,
        planned_end {time} NOT NULL,
        time_zone text NOT NULL,
        state text NOT NULL,
        started_at {time},
        ended_at {time},
        cancel_reason text NOT NULL DEFAULT '',
        late_grace_seconds integer NOT NULL,
        code_epoch integer NOT NULL DEFAULT 0,
        event_seq bigint NOT NULL DEFAULT 0,
        state_seq bigint NOT NULL DEFAULT 0,
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CONSTRAINT pk_sessions PRIMARY KEY (college_id, id),
        CONSTRAINT ck_sessions_state CHECK (state IN ('SCHEDULED', 'ACTIVE', 'COMPLETED', 'CANCELLED')),
        CONSTRAINT ck_sessions_plan CHECK (planned_end > planned_start),
        CONSTRAINT ck_sessions_started CHECK (state NOT IN ('ACTIVE', 'COMPLETED') OR started_at IS NOT NULL),
        CONSTRAINT ck_sessions_late_grace CHECK (late_grace_seconds BETWEEN 0 AND 86400),
        CONSTRAINT fk_sessions_timetable FOREIGN KEY (college_id, timetable_id) REFERENCES timetables (college_id, id),
        CONSTRAINT fk_sessions_location FOREIGN KEY (college_id, location_id) REFERENCES locations (college_id, id),
        CONSTRAINT fk_sessions_division FOREIGN KEY (college_id, division_id) REFERENCES divisions (college_id, id),
        CONSTRAINT fk_sessions_teacher FOREIGN KEY (college_id, teacher_id) REFERENCES users (college_id, id)
    ){hot}",
    "CREATE INDEX ix_sessions_teacher ON sessions (college_id, teacher_id, planned_start)",
    "CREATE INDEX ix_sessions_division ON sessions (college_id, division_id, planned_start)",
    "CREATE INDEX ix_sessions_planned ON sessions (college_id, planned_start)",
    "CREATE INDEX ix_sessions_active_division ON sessions (college_id, division_id) WHERE state = 'ACTIVE'",
    "CREATE INDEX ix_sessions_active_location ON sessions (college_id, location_id) WHERE state = 'ACTIVE'",
    "CREATE TABLE attendance_records (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        session_id {uuid} NOT NULL,
        student_id {uuid} NOT NULL,
        check_in_id {uuid},
        status text NOT NULL,
        verification_method text NOT NULL DEFAULT '',
        marked_at {time} NOT NULL,
        late_by_seconds integer NOT NULL DEFAULT 0,
        evidence {json} NOT NULL,
        timetable_id {uuid},
        location_id {uuid} NOT NULL,
        latitude {float},
        longitude {float},
        accuracy_meters {float},
        qr_code_used text,
        otp_used text,
        access_point_matched text,
        ip_address text,
        device_id text,
        event_seq bigint NOT NULL,
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CONSTRAINT pk_attendance_records PRIMARY KEY (college_id, id),
        CONSTRAINT uq_attendance_records_student UNIQUE (college_id, session_id, student_id),
        CONSTRAINT uq_attendance_records_check_in UNIQUE (college_id, student_id, check_in_id),
        CONSTRAINT ck_attendance_records_status
            CHECK (status IN ('PRESENT', 'LATE', 'ABSENT', 'EXCUSED', 'PENDING')),
        CONSTRAINT ck_attendance_records_method
            CHECK (verification_method IN ('', 'QR', 'OTP', 'WIFI', 'FACE', 'COMBINED')),
        CONSTRAINT ck_attendance_records_late CHECK (late_by_seconds >= 0),
        CONSTRAINT ck_attendance_records_latitude CHECK (latitude BETWEEN -90 AND 90),
        CONSTRAINT ck_attendance_records_longitude CHECK (longitude BETWEEN -180 AND 180),
        CONSTRAINT fk_attendance_records_session
            FOREIGN KEY (college_id, session_id) REFERENCES sessions (college_id, id),
        CONSTRAINT fk_attendance_records_student
            FOREIGN KEY (college_id, student_id) REFERENCES users (college_id, id),
        CONSTRAINT fk_attendance_records_location
            FOREIGN KEY (college_id, location_id) REFERENCES locations (college_id, id),
        CONSTRAINT fk_attendance_records_timetable
            FOREIGN KEY (college_id, timetable_id) REFERENCES timetables (college_id, id)
    )",
    "CREATE INDEX ix_attendance_records_student ON attendance_records (college_id, student_id, created_at)",
    "CREATE INDEX ix_attendance_records_location ON attendance_records (college_id, location_id, created_at)",
    "CREATE INDEX ix_attendance_records_event ON attendance_records (college_id, session_id, event_seq)",
    // The session is not a foreign key: an attempt may name one that never was.
    "CREATE TABLE check_in_attempts (
        college_id {uuid} NOT NULL,
        id {uuid} NOT NULL,
        student_id {uuid} NOT NULL,
        check_in_id {uuid} NOT NULL,
        session_id {uuid},
        reason text NOT NULL,
        evidence {json} NOT NULL,
        latitude {float},
        longitude {float},
        accuracy_meters {float},
        qr_code_used text,
        ip_address text,
        device_id text,
        attempted_at {time} NOT NULL,
        CONSTRAINT pk_check_in_attempts PRIMARY KEY (college_id, id),
        CONSTRAINT fk_check_in_attempts_student
            FOREIGN KEY (college_id, student_id) REFERENCES users (college_id, id)
    )",
    "CREATE INDEX ix_check_in_attempts_student ON check_in_attempts (college_id, student_id, attempted_at)",
];

const DOWN: &[&str] = &["DROP TABLE check_in_attempts", "DROP TABLE attendance_records", "DROP TABLE sessions"];

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
