//! PostgreSQL stores a batch with one statement, as it does check-ins.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{
    ActiveEnum as _, DbErr, RuntimeErr,
    sqlx::{self, Row as _},
};
use uuid::Uuid;

use super::Outcome;
use crate::{entity::punch::Model as Punch, problem::Problem, store::Database};

/// Rows go in by their keys, and notes are made by employees, so that no two batches wait for each other in a circle.
const SQL: &str = "
WITH wanted AS (
    SELECT * FROM unnest(
        $1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[], $7::int[], $8::text[], $9::text[],
        $10::text[], $11::uuid[], $12::uuid[], $13::text[], $14::uuid[], $15::bool[], $16::text[], $17::uuid[],
        $18::timestamptz[]
    ) AS p (college_id, id, employee_id, event_type, occurred_at, event_time, utc_offset_seconds, time_zone, source, event_id,
            event_key, location_id, verification, corrects_id, is_void, reason, recorded_by, recorded_at)
), known AS (
    SELECT w.*, e.id IS NOT NULL AS has_employee, w.location_id IS NULL OR l.id IS NOT NULL AS has_location
    FROM wanted w
    LEFT JOIN employees e ON e.college_id = w.college_id AND e.id = w.employee_id
    LEFT JOIN locations l ON l.college_id = w.college_id AND l.id = w.location_id
), inserted AS (
    INSERT INTO punches (
        college_id, id, employee_id, event_type, occurred_at, event_time, utc_offset_seconds, time_zone, source, event_id,
        event_key, location_id, verification, corrects_id, is_void, reason, recorded_by, recorded_at)
    SELECT college_id, id, employee_id, event_type, occurred_at, event_time, utc_offset_seconds, time_zone, source, event_id,
        event_key, location_id, verification, corrects_id, is_void, reason, recorded_by, recorded_at
    FROM known WHERE has_employee AND has_location
    ORDER BY college_id, event_key
    ON CONFLICT DO NOTHING
    RETURNING college_id, id, employee_id, corrects_id, occurred_at
), moved AS (
    SELECT college_id, employee_id, occurred_at FROM inserted
    UNION ALL
    SELECT i.college_id, i.employee_id, p.occurred_at
    FROM inserted i JOIN punches p ON p.college_id = i.college_id AND p.id = i.corrects_id
    WHERE i.corrects_id IS NOT NULL
), noted AS (
    INSERT INTO unsettled_work (college_id, employee_id, from_micros, until_micros)
    SELECT college_id, employee_id,
        (extract(epoch FROM min(occurred_at)) * 1000000)::bigint, (extract(epoch FROM max(occurred_at)) * 1000000)::bigint
    FROM moved
    GROUP BY college_id, employee_id
    ORDER BY college_id, employee_id
    ON CONFLICT (college_id, employee_id) DO UPDATE SET
        from_micros = LEAST(unsettled_work.from_micros, excluded.from_micros),
        until_micros = GREATEST(unsettled_work.until_micros, excluded.until_micros)
)
SELECT k.id, k.has_employee, k.has_location, i.id IS NOT NULL AS is_stored
FROM known k LEFT JOIN inserted i ON i.college_id = k.college_id AND i.id = k.id";

pub async fn store(database: &Database, punches: &[Arc<Punch>]) -> Result<Vec<Outcome>, Problem> {
    let rows = sqlx::query(SQL)
        .bind(column(punches, |punch| punch.college_id))
        .bind(column(punches, |punch| punch.id))
        .bind(column(punches, |punch| punch.employee_id))
        .bind(column(punches, |punch| punch.event_type.to_value()))
        .bind(column(punches, |punch| punch.occurred_at))
        .bind(column(punches, |punch| punch.event_time.as_str()))
        .bind(column(punches, |punch| punch.utc_offset_seconds))
        .bind(column(punches, |punch| punch.time_zone.as_deref()))
        .bind(column(punches, |punch| punch.source.to_value()))
        .bind(column(punches, |punch| punch.event_id.as_deref()))
        .bind(column(punches, |punch| punch.event_key))
        .bind(column(punches, |punch| punch.location_id))
        .bind(column(punches, |punch| punch.verification.as_deref()))
        .bind(column(punches, |punch| punch.corrects_id))
        .bind(column(punches, |punch| punch.is_void))
        .bind(column(punches, |punch| punch.reason.as_deref()))
        .bind(column(punches, |punch| punch.recorded_by))
        .bind(column(punches, |punch| punch.recorded_at))
        .fetch_all(database.batches().get_postgres_connection_pool())
        .await
        .map_err(|error| DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))))?;
    let told: HashMap<Uuid, Outcome> = rows
        .iter()
        .map(|row| {
            let outcome = match (row.get::<bool, _>(1), row.get::<bool, _>(2), row.get::<bool, _>(3)) {
                (false, ..) => Outcome::NoEmployee,
                (_, false, _) => Outcome::NoLocation,
                (_, _, false) => Outcome::Known,
                _ => Outcome::Stored,
            };
            (row.get::<Uuid, _>(0), outcome)
        })
        .collect();
    punches
        .iter()
        .map(|punch| told.get(&punch.id).copied().ok_or_else(|| Problem::internal("a punch was not told of")))
        .collect()
}

fn column<'p, T>(punches: &'p [Arc<Punch>], value: impl Fn(&'p Punch) -> T) -> Vec<T> {
    punches.iter().map(|punch| value(punch)).collect()
}
