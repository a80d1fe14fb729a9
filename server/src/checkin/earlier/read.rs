//! The statement. It goes down one index for each student, from the newest record on, and stops after a week of full days.

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait as _, DbErr, RuntimeErr, Statement, Value,
    sqlx::{self, Row as _},
};

use super::{Asked, Earlier, TRAVELLING};
use crate::{checkin::factor::travel::Whereabouts, geofence::Position, problem::Problem, store::Database};

/// Records are made when they are marked or later, so that the index by the time when they were made serves. A mark by hand has the
/// time of the session's beginning: the student was there at some time, and nobody knows when. Sessions and locations are looked up one
/// by one, and only where the record does not say: a join would read whole tables for what hardly ever is asked.
const EARLIER: &str = "
SELECT CASE WHEN r.check_in_id IS NULL THEN COALESCE(
           (SELECT s.started_at FROM sessions s WHERE s.college_id = r.college_id AND s.id = r.session_id), r.marked_at)
           ELSE r.marked_at END AS at,
       COALESCE(r.latitude, (SELECT l.latitude FROM locations l WHERE l.college_id = r.college_id AND l.id = r.location_id))
           AS latitude,
       COALESCE(r.longitude, (SELECT l.longitude FROM locations l WHERE l.college_id = r.college_id AND l.id = r.location_id))
           AS longitude,
       CASE WHEN r.latitude IS NULL
           THEN (SELECT l.radius_meters FROM locations l WHERE l.college_id = r.college_id AND l.id = r.location_id)
           ELSE r.accuracy_meters END AS within_meters,
       r.latitude IS NOT NULL AS is_measured, r.status IN ('PRESENT', 'LATE') AS has_attended
FROM attendance_records r
WHERE r.college_id = a.college_id AND r.student_id = a.student_id AND r.created_at > a.remembered_since
  AND r.session_id <> a.session_id
  AND (r.created_at > a.travelling_since AND r.status IN ('PRESENT', 'LATE')
       OR (r.latitude = a.latitude AND r.longitude = a.longitude AND r.accuracy_meters = a.accuracy_meters))
  AND (r.latitude IS NOT NULL OR r.access_point_matched IS NOT NULL OR r.check_in_id IS NULL)
ORDER BY r.created_at DESC LIMIT 100";

/// Left open, because PostgreSQL numbers them besides.
const ASKED: &str = "a (college_id, student_id, session_id, latitude, longitude, accuracy_meters, travelling_since, \
                     remembered_since";

static POSTGRES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT a.number, e.* FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::float8[], $5::float8[], $6::float8[], \
         $7::timestamptz[], $8::timestamptz[]) WITH ORDINALITY AS {ASKED}, number) CROSS JOIN LATERAL ({EARLIER}) AS e"
    )
});

static SQLITE: LazyLock<String> = LazyLock::new(|| {
    let beside = EARLIER.replace("FROM attendance_records r", "FROM a CROSS JOIN attendance_records r");
    format!("WITH {ASKED}) AS (VALUES (?, ?, ?, ?, ?, ?, ?, ?)) {beside}")
});

/// The earlier check-ins of each who is asked for, in their order.
pub async fn read(database: &Database, asked: &[Asked]) -> Result<Vec<Vec<Earlier>>, Problem> {
    match database.is_sqlite() {
        true => read_sqlite(database, asked).await,
        false => read_postgres(database, asked).await,
    }
}

async fn read_postgres(database: &Database, asked: &[Asked]) -> Result<Vec<Vec<Earlier>>, Problem> {
    let rows = sqlx::query(POSTGRES.as_str())
        .bind(column(asked, |asked| asked.college_id))
        .bind(column(asked, |asked| asked.student_id))
        .bind(column(asked, |asked| asked.session_id))
        .bind(column(asked, |asked| asked.position.map(|position| position.latitude)))
        .bind(column(asked, |asked| asked.position.map(|position| position.longitude)))
        .bind(column(asked, |asked| asked.position.and_then(|position| position.accuracy_meters)))
        .bind(column(asked, |asked| asked.at - TRAVELLING))
        .bind(column(asked, Asked::remembered_since))
        .fetch_all(database.batches().get_postgres_connection_pool())
        .await
        .map_err(|error| DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))))?;
    let mut told = vec![Vec::new(); asked.len()];
    for row in &rows {
        let number = usize::try_from(row.get::<i64, _>(0) - 1).map_err(Problem::internal)?;
        let found = Found {
            at: row.get(1),
            latitude: row.get(2),
            longitude: row.get(3),
            within_meters: row.get(4),
            is_measured: row.get(5),
            has_attended: row.get(6),
        };
        told[number].push(found.into());
    }
    Ok(told)
}

fn column<T>(asked: &[Asked], value: impl Fn(&Asked) -> T) -> Vec<T> {
    asked.iter().map(value).collect()
}

/// SQLite answers in the process: many at once would gain nothing.
async fn read_sqlite(database: &Database, asked: &[Asked]) -> Result<Vec<Vec<Earlier>>, Problem> {
    let (reader, mut told) = (database.reader(), Vec::with_capacity(asked.len()));
    for asked in asked {
        let position = asked.position;
        let values: [Value; 8] = [
            asked.college_id.into(),
            asked.student_id.into(),
            asked.session_id.into(),
            position.map(|position| position.latitude).into(),
            position.map(|position| position.longitude).into(),
            position.and_then(|position| position.accuracy_meters).into(),
            (asked.at - TRAVELLING).into(),
            asked.remembered_since().into(),
        ];
        let rows = reader
            .query_all_raw(Statement::from_sql_and_values(reader.get_database_backend(), SQLITE.as_str(), values))
            .await?;
        let found = rows.iter().map(|row| {
            let found = Found {
                at: row.try_get_by_index(0)?,
                latitude: row.try_get_by_index(1)?,
                longitude: row.try_get_by_index(2)?,
                within_meters: row.try_get_by_index(3)?,
                is_measured: row.try_get_by_index(4)?,
                has_attended: row.try_get_by_index(5)?,
            };
            Ok(found.into())
        });
        told.push(found.collect::<Result<_, DbErr>>()?);
    }
    Ok(told)
}

/// A record as it is told.
struct Found {
    at: DateTime<Utc>,
    latitude: f64,
    longitude: f64,
    /// None where the device did not say how exact it is.
    within_meters: Option<f64>,
    is_measured: bool,
    has_attended: bool,
}

impl From<Found> for Earlier {
    fn from(found: Found) -> Self {
        let Found { at, latitude, longitude, within_meters, is_measured, has_attended } = found;
        let somewhere = Position { latitude, longitude, accuracy_meters: within_meters };
        Self {
            whereabouts: Whereabouts::measured(somewhere, at),
            position: is_measured.then_some(somewhere),
            has_attended,
        }
    }
}
