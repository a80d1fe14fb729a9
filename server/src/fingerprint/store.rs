//! The queries of this slice, but for the one of `seen.rs`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::learn::{Candidate, Reference};
use crate::{
    entity::{
        access_point_fingerprint::{self, Model as Row},
        attendance_record::{self, Model as Record},
        check_in_scan,
        session::{self, State},
        signals::Signals,
    },
    problem::Problem,
    store::{Database, Tx},
};

/// The references of a room, the newest first.
pub async fn list_references(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    location_id: Uuid,
) -> Result<Vec<Row>, Problem> {
    let query = access_point_fingerprint::in_college(college_id)
        .filter(access_point_fingerprint::Column::LocationId.eq(location_id))
        .order_by_desc(access_point_fingerprint::Column::LearnedAt)
        .order_by_desc(access_point_fingerprint::Column::Id);
    Ok(query.all(connection).await?)
}

/// The same, each with its student.
pub async fn list_references_of_students(
    tx: &Tx,
    college_id: Uuid,
    location_id: Uuid,
) -> Result<Vec<Reference>, Problem> {
    let rows = list_references(tx, college_id, location_id).await?;
    let students: HashMap<Uuid, Uuid> = attendance_record::in_college(college_id)
        .filter(attendance_record::Column::Id.is_in(rows.iter().map(|row| row.from_record_id)))
        .select_only()
        .columns([attendance_record::Column::Id, attendance_record::Column::StudentId])
        .into_tuple()
        .all(tx)
        .await?
        .into_iter()
        .collect();
    let reference = |row: Row| {
        let student_id = *students.get(&row.from_record_id)?;
        Some(Reference { id: row.id, student_id, signals: row.signals })
    };
    Ok(rows.into_iter().filter_map(reference).collect())
}

/// Sessions that were over before a time and have scans that nobody has learnt from: (college, session).
pub async fn list_sessions_to_learn(
    database: &Database,
    over_before: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<(Uuid, Uuid)>, Problem> {
    Ok(check_in_scan::sessions_to_learn(over_before).limit(limit).into_tuple().all(database.reader()).await?)
}

/// Where a session was held, if it was.
pub async fn find_place(tx: &Tx, college_id: Uuid, session_id: Uuid) -> Result<Option<Uuid>, Problem> {
    let found = session::in_college(college_id)
        .filter(session::Column::Id.eq(session_id))
        .filter(session::Column::State.eq(State::Completed))
        .select_only()
        .column(session::Column::LocationId)
        .into_tuple()
        .one(tx)
        .await?;
    Ok(found)
}

/// Takes what was heard in a session out of its scans: by student and check-in.
pub async fn take_signals(
    tx: &Tx,
    college_id: Uuid,
    session_id: Uuid,
) -> Result<HashMap<(Uuid, Uuid), Signals>, Problem> {
    let of_session = check_in_scan::Column::SessionId.eq(session_id);
    let scans = check_in_scan::in_college(college_id)
        .filter(of_session.clone())
        .filter(check_in_scan::Column::Signals.is_not_null())
        .all(tx)
        .await?;
    check_in_scan::update_in_college(college_id)
        .col_expr(check_in_scan::Column::Signals, Expr::value(Option::<serde_json::Value>::None))
        .filter(of_session)
        .filter(check_in_scan::Column::Signals.is_not_null())
        .exec(tx)
        .await?;
    let signals = |scan: check_in_scan::Model| Some(((scan.student_id, scan.check_in_id), scan.signals?));
    Ok(scans.into_iter().filter_map(signals).collect())
}

/// The records of a session that somebody checked in to, in the order of their times.
pub async fn list_records(tx: &Tx, college_id: Uuid, session_id: Uuid) -> Result<Vec<Record>, Problem> {
    let query = attendance_record::in_college(college_id)
        .filter(attendance_record::Column::SessionId.eq(session_id))
        .filter(attendance_record::Column::CheckInId.is_not_null())
        .order_by_asc(attendance_record::Column::MarkedAt)
        .order_by_asc(attendance_record::Column::Id);
    Ok(query.all(tx).await?)
}

/// Adds references, and takes away those that are not wanted any more.
pub async fn change_references(
    tx: &Tx,
    college_id: Uuid,
    location_id: Uuid,
    learnt: Vec<Candidate>,
    forgotten: Vec<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    if !forgotten.is_empty() {
        let gone = access_point_fingerprint::Column::Id.is_in(forgotten);
        access_point_fingerprint::delete_in_college(college_id).filter(gone).exec(tx).await?;
    }
    if learnt.is_empty() {
        return Ok(());
    }
    let rows = learnt.into_iter().map(|candidate| {
        let row = Row {
            college_id,
            id: Uuid::now_v7(),
            location_id,
            signals: candidate.signals,
            learned_at: now,
            from_record_id: candidate.record_id,
        };
        row.into()
    });
    // A server that lost its lease in between does the same once more.
    let known = OnConflict::columns([
        access_point_fingerprint::Column::CollegeId,
        access_point_fingerprint::Column::FromRecordId,
    ])
    .do_nothing()
    .to_owned();
    access_point_fingerprint::insert(rows).on_conflict(known).exec_without_returning(tx).await?;
    Ok(())
}

/// Takes away scans and references that are too old.
pub async fn delete_old(
    database: &Database,
    scans_before: DateTime<Utc>,
    references_before: DateTime<Utc>,
) -> Result<(), Problem> {
    database
        .write(move |tx| {
            Box::pin(async move {
                check_in_scan::delete_before(scans_before).exec(tx).await?;
                access_point_fingerprint::delete_before(references_before).exec(tx).await?;
                Ok(())
            })
        })
        .await
}
