//! Somebody has gone: what shows where they were goes too, soon and by one server. That is many rows, and the slice that knows them comes
//! after this one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{jobs, problem::Problem, store::Tx};

/// The kind of the job.
pub const FORGET_PERSON: &str = "retention.forget_person";

/// Who.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Gone {
    pub college_id: Uuid,
    pub user_id: Uuid,
}

/// Adds the job to the transaction that takes the person out. `jobs::announce` wakes the runners after it.
pub async fn forget_places(tx: &Tx, gone: Gone, now: DateTime<Utc>) -> Result<(), Problem> {
    jobs::insert(tx, FORGET_PERSON, &gone, now).await
}
