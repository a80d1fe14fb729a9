//! PostgreSQL stores a batch with one statement: one way there and back, one plan for every size, no transaction to open or
//! close. It runs on a pool where nothing else but single statements runs.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{
    ActiveEnum as _, DbErr, RuntimeErr,
    sqlx::{self, Row as _, types::Json},
};
use uuid::Uuid;

use super::Outcome;
use crate::{
    checkin::{convert::status_name, shared_device},
    entity::attendance_record::Model as Record,
    problem::Problem,
    store::Database,
};

/// The sessions are reached, and so locked, in the order of the keys. A lock that is waited for is followed by another look
/// at the state: a session that ended meanwhile is not among the locked.
///
/// What the statement sees of other tables is older than that lock. So whether a device is there already, a conflict tells and not
/// a look; and the records of those who share one are flagged by a job, which begins after everything here is committed and cannot be
/// lost before it.
const SQL: &str = "
WITH wanted AS (
    SELECT * FROM unnest(
        $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::timestamptz[], $9::int[],
        $10::jsonb[], $11::uuid[], $12::uuid[], $13::float8[], $14::float8[], $15::float8[], $16::text[], $17::text[],
        $18::text[], $19::text[], $20::text[], $21::uuid[], $22::int[], $23::jsonb[], $24::text[], $27::uuid[]
    ) AS r (college_id, id, session_id, student_id, check_in_id, status, verification_method, marked_at, late_by_seconds,
            evidence, timetable_id, location_id, latitude, longitude, accuracy_meters, qr_code_used, ip_address, device_id,
            otp_used, access_point_matched, policy_id, policy_version, flags, review, device_key_id)
), locked AS (
    UPDATE sessions SET event_seq = sessions.event_seq + 1
    FROM unnest($25::uuid[], $26::uuid[]) AS key (college_id, id)
    WHERE sessions.college_id = key.college_id AND sessions.id = key.id AND sessions.state = 'ACTIVE'
    RETURNING sessions.college_id, sessions.id, sessions.event_seq
), inserted AS (
    INSERT INTO attendance_records (
        college_id, id, session_id, student_id, check_in_id, status, verification_method, marked_at, late_by_seconds,
        evidence, timetable_id, location_id, latitude, longitude, accuracy_meters, qr_code_used, ip_address, device_id,
        otp_used, access_point_matched, policy_id, policy_version, flags, review, device_key_id, event_seq, created_at,
        updated_at)
    SELECT w.*, l.event_seq, w.marked_at, w.marked_at
    FROM wanted w JOIN locked l ON l.college_id = w.college_id AND l.id = w.session_id
    ON CONFLICT DO NOTHING
    RETURNING id, college_id, session_id, student_id, marked_at
), shown AS (
    SELECT i.college_id, i.id, i.session_id, i.student_id, i.marked_at, d.device
    FROM unnest($28::uuid[], $29::text[]) AS d (id, device) JOIN inserted i ON i.id = d.id
), taken AS (
    INSERT INTO session_devices (college_id, session_id, device, student_id)
    SELECT college_id, session_id, device, student_id FROM shown
    ON CONFLICT DO NOTHING
    RETURNING college_id, session_id, device, student_id
), shared AS (
    SELECT DISTINCT s.id, s.college_id, s.session_id, s.marked_at
    FROM shown s LEFT JOIN taken t
        ON t.college_id = s.college_id AND t.session_id = s.session_id AND t.device = s.device AND t.student_id = s.student_id
    WHERE t.device IS NULL
), noted AS (
    INSERT INTO jobs (id, kind, payload, due_at, attempts, created_at)
    SELECT id, $30, jsonb_build_object('college_id', college_id, 'session_id', session_id, 'record_id', id), marked_at, 0, marked_at
    FROM shared
)
SELECT w.id, l.id IS NOT NULL AS is_active, i.id IS NOT NULL AS is_stored, s.id IS NOT NULL AS is_shared
FROM wanted w
LEFT JOIN locked l ON l.college_id = w.college_id AND l.id = w.session_id
LEFT JOIN inserted i ON i.id = w.id
LEFT JOIN shared s ON s.id = w.id";

pub async fn store(database: &Database, records: &[Arc<Record>]) -> Result<Vec<Outcome>, Problem> {
    let mut keys: Vec<_> = records.iter().map(|record| (record.college_id, record.session_id)).collect();
    keys.dedup();
    let (key_colleges, key_sessions): (Vec<Uuid>, Vec<Uuid>) = keys.into_iter().unzip();
    let (showing, devices): (Vec<Uuid>, Vec<String>) = records
        .iter()
        .flat_map(|record| shared_device::devices(record).into_iter().map(|device| (record.id, device)))
        .unzip();
    let rows = sqlx::query(SQL)
        .bind(column(records, |record| record.college_id))
        .bind(column(records, |record| record.id))
        .bind(column(records, |record| record.session_id))
        .bind(column(records, |record| record.student_id))
        .bind(column(records, |record| record.check_in_id))
        .bind(column(records, |record| status_name(record.status)))
        .bind(column(records, |record| record.verification_method.as_str()))
        .bind(column(records, |record| record.marked_at))
        .bind(column(records, |record| record.late_by_seconds))
        .bind(column(records, |record| Json(&record.evidence)))
        .bind(column(records, |record| record.timetable_id))
        .bind(column(records, |record| record.location_id))
        .bind(column(records, |record| record.latitude))
        .bind(column(records, |record| record.longitude))
        .bind(column(records, |record| record.accuracy_meters))
        .bind(column(records, |record| record.qr_code_used.as_deref()))
        .bind(column(records, |record| record.ip_address.as_deref()))
        .bind(column(records, |record| record.device_id.as_deref()))
        .bind(column(records, |record| record.otp_used.as_deref()))
        .bind(column(records, |record| record.access_point_matched.as_deref()))
        .bind(column(records, |record| record.policy_id))
        .bind(column(records, |record| record.policy_version))
        .bind(column(records, |record| Json(&record.flags)))
        .bind(column(records, |record| record.review.to_value()))
        .bind(key_colleges)
        .bind(key_sessions)
        .bind(column(records, |record| record.device_key_id))
        .bind(showing)
        .bind(devices)
        .bind(shared_device::KIND)
        .fetch_all(database.batches().get_postgres_connection_pool())
        .await
        .map_err(|error| DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))))?;

    let mut told = HashMap::with_capacity(rows.len());
    for row in &rows {
        told.insert(row.get::<Uuid, _>(0), (row.get::<bool, _>(1), row.get::<bool, _>(2), row.get::<bool, _>(3)));
    }
    let outcomes = records.iter().map(|record| match told.get(&record.id) {
        Some((true, true, false)) => Outcome::Stored,
        Some((true, true, true)) => Outcome::Shared,
        Some((true, false, _)) => Outcome::Conflict,
        _ => Outcome::SessionNotActive,
    });
    Ok(outcomes.collect())
}

fn column<'r, T>(records: &'r [Arc<Record>], value: impl Fn(&'r Record) -> T) -> Vec<T> {
    records.iter().map(|record| value(record)).collect()
}
