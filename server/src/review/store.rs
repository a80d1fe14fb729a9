//! The queries of this slice, but for the list's own.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, IntoActiveModel as _, QueryFilter as _, Set};
use uuid::Uuid;

use crate::{
    entity::{
        attendance_record::{Model as Record, Status},
        attendance_review::{self, Column, Model},
    },
    problem::Problem,
    store::Tx,
};

pub async fn find(
    connection: &impl ConnectionTrait,
    college_id: Uuid,
    record_id: Uuid,
) -> Result<Option<Model>, Problem> {
    Ok(attendance_review::in_college(college_id).filter(Column::RecordId.eq(record_id)).one(connection).await?)
}

/// Keeps what a check-in has shown that does not count before it is confirmed.
pub async fn wait(tx: &Tx, record: &Record, (status, late_by_seconds): (Status, i32)) -> Result<(), Problem> {
    let review = Model {
        college_id: record.college_id,
        record_id: record.id,
        claimed_status: status,
        claimed_late_by_seconds: late_by_seconds,
        decided_by: None,
        decided_at: None,
        decision_reason: String::new(),
        appeal: String::new(),
        appealed_at: None,
    };
    attendance_review::insert([review.into()]).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes a decision down. The session is locked, so that nobody else does.
pub async fn decide(
    tx: &Tx,
    record: &Record,
    before: Option<Model>,
    by: Uuid,
    reason: String,
    at: DateTime<Utc>,
) -> Result<Model, Problem> {
    let Some(before) = before else {
        let review = Model {
            college_id: record.college_id,
            record_id: record.id,
            claimed_status: record.status,
            claimed_late_by_seconds: record.late_by_seconds,
            decided_by: Some(by),
            decided_at: Some(at),
            decision_reason: reason,
            appeal: String::new(),
            appealed_at: None,
        };
        attendance_review::insert([review.clone().into()]).exec_without_returning(tx).await?;
        return Ok(review);
    };
    let mut changed = before.into_active_model();
    // It may have been corrected since.
    if matches!(record.status, Status::Present | Status::Late) {
        changed.claimed_status = Set(record.status);
        changed.claimed_late_by_seconds = Set(record.late_by_seconds);
    }
    changed.decided_by = Set(Some(by));
    changed.decided_at = Set(Some(at));
    changed.decision_reason = Set(reason);
    Ok(changed.update(tx).await?)
}

pub async fn appeal(tx: &Tx, review: Model, reason: String, at: DateTime<Utc>) -> Result<Model, Problem> {
    let mut changed = review.into_active_model();
    changed.appeal = Set(reason);
    changed.appealed_at = Set(Some(at));
    Ok(changed.update(tx).await?)
}
