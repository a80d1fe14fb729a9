//! The queries of this slice.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Value,
    sea_query::Expr,
};
use uuid::Uuid;

use super::{
    history::{self, CheckIn, Span},
    rules::{Remains, remains},
};
use crate::{
    entity::{
        access_point_fingerprint,
        attendance_record::{self, Model as Record, WAITING},
        check_in_attempt::{self, Model as Attempt},
        check_in_scan,
        college::{self, Model as College},
        location, session, session_device,
    },
    problem::Problem,
    store::{Database, Tx},
};

/// The colleges that do not keep everything for ever.
pub async fn list_colleges(database: &Database) -> Result<Vec<College>, Problem> {
    Ok(college::with_retention().all(database.reader()).await?)
}

/// A college's sessions that were over before a time and still show where their people were, the oldest first.
pub async fn list_sessions(
    database: &Database,
    college_id: Uuid,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Uuid>, Problem> {
    use session::Column;
    let query = session::in_college(college_id)
        .filter(Column::TracesRemovedAt.is_null())
        .filter(Column::EndedAt.lt(before))
        .order_by_asc(Column::EndedAt)
        .limit(limit)
        .select_only()
        .column(Column::Id);
    Ok(query.into_tuple().all(database.reader()).await?)
}

/// Takes out of a session that is over, and of its records, what shows where people were. Whoever hands in a record of it meanwhile
/// locks it too.
pub async fn clear_session(tx: &Tx, session: &session::Model, now: DateTime<Utc>) -> Result<(), Problem> {
    let (college_id, id) = (session.college_id, session.id);
    let records = attendance_record::in_college(college_id)
        .filter(attendance_record::Column::SessionId.eq(id))
        .filter(attendance_record::Column::CheckInId.is_not_null())
        .filter(attendance_record::Column::TracesRemovedAt.is_null());
    clear_records(tx, records.all(tx).await?, &Condition::all(), now).await?;
    session_device::delete_in_college(college_id).filter(session_device::Column::SessionId.eq(id)).exec(tx).await?;
    session::update_in_college(college_id)
        .col_expr(session::Column::StartDistanceMeters, Expr::value(Option::<f64>::None))
        .col_expr(session::Column::TracesRemovedAt, Expr::value(now))
        .filter(session::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Takes out of refused check-ins of before a time what shows where they were made. How many there were, at most `limit`.
pub async fn clear_old_attempts(
    tx: &Tx,
    college_id: Uuid,
    before: DateTime<Utc>,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<u64, Problem> {
    use check_in_attempt::Column;
    let query = check_in_attempt::in_college(college_id)
        .filter(Column::TracesRemovedAt.is_null())
        .filter(Column::AttemptedAt.lt(before))
        .order_by_asc(Column::AttemptedAt)
        .limit(limit);
    clear_attempts(tx, query.all(tx).await?, now).await
}

/// Takes away what was heard of Wi-Fi before a time, and what rooms have learnt from it.
pub async fn delete_heard(tx: &Tx, college_id: Uuid, before: DateTime<Utc>) -> Result<(), Problem> {
    let scans = check_in_scan::delete_in_college(college_id).filter(check_in_scan::Column::SeenAt.lt(before));
    scans.exec(tx).await?;
    let learnt = access_point_fingerprint::delete_in_college(college_id);
    learnt.filter(access_point_fingerprint::Column::LearnedAt.lt(before)).exec(tx).await?;
    Ok(())
}

/// Takes away what was heard with the check-ins of a person: what rooms have learnt from them, and what was to be learnt. That a scan was
/// sent stays known by its digest for the rest of its week.
pub async fn delete_heard_with(tx: &Tx, span: Span, records: &[Record]) -> Result<(), Problem> {
    if records.is_empty() {
        return Ok(());
    }
    let ids = records.iter().map(|record| record.id);
    access_point_fingerprint::delete_in_college(span.college_id)
        .filter(access_point_fingerprint::Column::FromRecordId.is_in(ids))
        .exec(tx)
        .await?;
    let sessions = records.iter().map(|record| record.session_id);
    check_in_scan::update_in_college(span.college_id)
        .col_expr(check_in_scan::Column::Signals, Expr::value(Option::<serde_json::Value>::None))
        .filter(check_in_scan::Column::SessionId.is_in(sessions))
        .filter(check_in_scan::Column::Signals.is_not_null())
        .filter(check_in_scan::Column::StudentId.eq(span.user_id))
        .exec(tx)
        .await?;
    Ok(())
}

/// How many positions of a person there are.
pub async fn count_positions(database: &Database, span: Span) -> Result<u64, Problem> {
    let records = history::records(span).filter(attendance_record::Column::Latitude.is_not_null());
    let attempts = history::attempts(span).filter(check_in_attempt::Column::Latitude.is_not_null());
    Ok(records.count(database.reader()).await? + attempts.count(database.reader()).await?)
}

/// How many of them stay because of a review.
pub async fn count_under_review(database: &Database, span: Span) -> Result<u64, Problem> {
    let waiting = history::records(span)
        .filter(attendance_record::Column::Latitude.is_not_null())
        .filter(attendance_record::Column::Review.is_in(WAITING));
    Ok(waiting.count(database.reader()).await?)
}

/// The sessions that check-ins name, as far as there are any.
pub async fn list_sessions_of(
    database: &Database,
    college_id: Uuid,
    check_ins: &[CheckIn],
) -> Result<HashMap<Uuid, session::Model>, Problem> {
    let ids = check_ins.iter().filter_map(|check_in| check_in.session_id);
    let found = session::in_college(college_id).filter(session::Column::Id.is_in(ids)).all(database.reader()).await?;
    Ok(found.into_iter().map(|session| (session.id, session)).collect())
}

/// The places of sessions.
pub async fn list_places_of(
    database: &Database,
    college_id: Uuid,
    sessions: impl Iterator<Item = &session::Model>,
) -> Result<HashMap<Uuid, location::Model>, Problem> {
    let ids = sessions.map(|session| session.location_id);
    let found = location::in_college(college_id).filter(location::Column::Id.is_in(ids)).all(database.reader()).await?;
    Ok(found.into_iter().map(|place| (place.id, place)).collect())
}

/// Of several places a record says in which one somebody was; of a session anybody knows where it is held.
const PLACE_OF_SESSION: &str = "(SELECT s.location_id FROM sessions s
    WHERE s.college_id = attendance_records.college_id AND s.id = attendance_records.session_id)";

/// From how many records something was taken: those that still are as the condition says. Neither the order of the session's events nor
/// the time of a record's last change move, because nobody's attendance does.
pub async fn clear_records(
    tx: &Tx,
    records: Vec<Record>,
    still: &Condition,
    now: DateTime<Utc>,
) -> Result<u64, Problem> {
    use attendance_record::Column;
    let mut cleared = 0;
    for record in records {
        let Remains { band, evidence } = remains(record.evidence, record.latitude.is_some());
        let change = attendance_record::update_in_college(record.college_id)
            .col_expr(Column::Latitude, Expr::value(Option::<f64>::None))
            .col_expr(Column::Longitude, Expr::value(Option::<f64>::None))
            .col_expr(Column::AccuracyMeters, Expr::value(Option::<f64>::None))
            .col_expr(Column::QrCodeUsed, Expr::value(Option::<String>::None))
            .col_expr(Column::AccessPointMatched, Expr::value(Option::<String>::None))
            .col_expr(Column::IpAddress, Expr::value(Option::<String>::None))
            .col_expr(Column::DeviceId, Expr::value(Option::<String>::None))
            .col_expr(Column::Evidence, Expr::value(Value::from(evidence)))
            .col_expr(Column::DistanceBand, Expr::value(band))
            .col_expr(Column::LocationId, Expr::cust(PLACE_OF_SESSION))
            .col_expr(Column::TracesRemovedAt, Expr::value(now))
            .filter(Column::Id.eq(record.id))
            .filter(still.clone());
        cleared += change.exec(tx).await?.rows_affected;
    }
    Ok(cleared)
}

/// From how many refused check-ins something was taken.
pub async fn clear_attempts(tx: &Tx, attempts: Vec<Attempt>, now: DateTime<Utc>) -> Result<u64, Problem> {
    use check_in_attempt::Column;
    let mut cleared = 0;
    for attempt in attempts {
        let Remains { band, evidence } = remains(attempt.evidence, attempt.latitude.is_some());
        let change = check_in_attempt::update_in_college(attempt.college_id)
            .col_expr(Column::Latitude, Expr::value(Option::<f64>::None))
            .col_expr(Column::Longitude, Expr::value(Option::<f64>::None))
            .col_expr(Column::AccuracyMeters, Expr::value(Option::<f64>::None))
            .col_expr(Column::QrCodeUsed, Expr::value(Option::<String>::None))
            .col_expr(Column::IpAddress, Expr::value(Option::<String>::None))
            .col_expr(Column::DeviceId, Expr::value(Option::<String>::None))
            .col_expr(Column::Evidence, Expr::value(Value::from(evidence)))
            .col_expr(Column::DistanceBand, Expr::value(band))
            .col_expr(Column::TracesRemovedAt, Expr::value(now))
            .filter(Column::Id.eq(attempt.id));
        cleared += change.exec(tx).await?.rows_affected;
    }
    Ok(cleared)
}
