//! The keys of people who administer the college no more: revoked with what made them less, in its transaction.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{RESOURCE, store};
use crate::{
    audit,
    identity::{Revoked, Revoker, Told},
    problem::Problem,
    store::Tx,
};

/// Revokes every key that one of these people has made; they have been locked or changed, so that they make no other one
/// meanwhile. `by` says who does it. Gives what is to be told once the transaction is committed.
pub async fn revoke_all_of(
    tx: &Tx,
    revoker: &Revoker,
    by: &audit::Row,
    people: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<Told>, Problem> {
    let college_id = by.college_id();
    let mut told = Vec::new();
    for key in store::lock_all_of(tx, college_id, people).await? {
        store::revoke(tx, &key, now).await?;
        told.push(revoker.revoke(tx, Revoked::key(college_id, key.id)).await?);
        let detail = json!({"name": key.name, "created_by": key.created_by});
        audit::insert(tx, by.another().object(RESOURCE, key.id).detail(detail)).await?;
    }
    Ok(told)
}
