//! The check-ins of one person that came with a position, accepted and refused ones in one list: what is read of each table, and how
//! the two become one.

use chrono::{DateTime, Utc};
use rollcall_proto::v1::location_history_entry::Kind;
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::rules::band_of;
use crate::{
    entity::{
        attendance_record::{self, Model as Record},
        check_in_attempt::{self, Model as Attempt},
        distance_band::DistanceBand,
    },
    problem::Problem,
    store::{Database, before},
};

/// Whose, from when on and before when.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub college_id: Uuid,
    pub user_id: Uuid,
    pub from: Option<DateTime<Utc>>,
    pub before: Option<DateTime<Utc>>,
}

/// A check-in that came with a position.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckIn {
    pub kind: Kind,
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub session_id: Option<Uuid>,
    /// None once it is removed.
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub accuracy_meters: Option<f64>,
    pub band: Option<DistanceBand>,
    pub removed_at: Option<DateTime<Utc>>,
}

impl From<Record> for CheckIn {
    fn from(record: Record) -> Self {
        Self {
            kind: Kind::Record,
            id: record.id,
            at: record.created_at,
            session_id: Some(record.session_id),
            latitude: record.latitude,
            longitude: record.longitude,
            accuracy_meters: record.accuracy_meters,
            band: record.distance_band.or_else(|| band_of(&record.evidence, record.latitude.is_some())),
            removed_at: record.traces_removed_at,
        }
    }
}

impl From<Attempt> for CheckIn {
    fn from(attempt: Attempt) -> Self {
        Self {
            kind: Kind::Attempt,
            id: attempt.id,
            at: attempt.attempted_at,
            session_id: attempt.session_id,
            latitude: attempt.latitude,
            longitude: attempt.longitude,
            accuracy_meters: attempt.accuracy_meters,
            band: attempt.distance_band.or_else(|| band_of(&attempt.evidence, attempt.latitude.is_some())),
            removed_at: attempt.traces_removed_at,
        }
    }
}

/// The latest first, so many at most of both together.
pub async fn list(
    database: &Database,
    span: Span,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<CheckIn>, Problem> {
    let mut records = records(span)
        .filter(had_position(attendance_record::Column::Latitude, attendance_record::Column::DistanceBand))
        .order_by_desc(attendance_record::Column::CreatedAt)
        .order_by_desc(attendance_record::Column::Id)
        .limit(limit);
    let mut attempts = attempts(span)
        .filter(had_position(check_in_attempt::Column::Latitude, check_in_attempt::Column::DistanceBand))
        .order_by_desc(check_in_attempt::Column::AttemptedAt)
        .order_by_desc(check_in_attempt::Column::Id)
        .limit(limit);
    if let Some((at, id)) = after {
        use {attendance_record::Column as Accepted, check_in_attempt::Column as Refused};
        records = records.filter(before((Accepted::CreatedAt, at), (Accepted::Id, id)));
        attempts = attempts.filter(before((Refused::AttemptedAt, at), (Refused::Id, id)));
    }
    let (records, attempts) = (records.all(database.reader()).await?, attempts.all(database.reader()).await?);
    let accepted = records.into_iter().map(CheckIn::from);
    let mut both: Vec<CheckIn> = accepted.chain(attempts.into_iter().map(CheckIn::from)).collect();
    both.sort_unstable_by_key(|check_in| std::cmp::Reverse((check_in.at, check_in.id)));
    both.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(both)
}

/// Of the accepted ones. Only those who check in have something that shows where they were.
pub fn records(span: Span) -> attendance_record::Find {
    use attendance_record::Column;
    let own = attendance_record::in_college(span.college_id)
        .filter(Column::StudentId.eq(span.user_id))
        .filter(Column::CheckInId.is_not_null());
    let own = span.from.into_iter().fold(own, |own, from| own.filter(Column::CreatedAt.gte(from)));
    span.before.into_iter().fold(own, |own, before| own.filter(Column::CreatedAt.lt(before)))
}

/// Of the refused ones.
pub fn attempts(span: Span) -> check_in_attempt::Find {
    use check_in_attempt::Column;
    let own = check_in_attempt::in_college(span.college_id).filter(Column::StudentId.eq(span.user_id));
    let own = span.from.into_iter().fold(own, |own, from| own.filter(Column::AttemptedAt.gte(from)));
    span.before.into_iter().fold(own, |own, before| own.filter(Column::AttemptedAt.lt(before)))
}

/// There is one, or a band that took its place.
fn had_position<C: sea_orm::ColumnTrait>(latitude: C, band: C) -> Condition {
    Condition::any().add(latitude.is_not_null()).add(band.is_not_null())
}
