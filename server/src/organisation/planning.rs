//! What the sessions of a college are planned by has changed: the plan is gone through again, soon and by one server. Timetable,
//! calendar and college say so in their own transactions; the slice of the sessions does it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{jobs, problem::Problem, store::Tx};

/// The kind of the job.
pub const PLAN_SESSIONS: &str = "session.plan";

/// Whose sessions are planned.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Planning {
    pub college_id: Uuid,
    /// Of one slot; none: of all.
    pub timetable_id: Option<Uuid>,
}

/// Adds the job to the transaction that changes what is planned by. `jobs::announce` wakes the runners after it.
pub async fn plan_again(
    tx: &Tx,
    college_id: Uuid,
    timetable_id: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    jobs::insert(tx, PLAN_SESSIONS, &Planning { college_id, timetable_id }, now).await
}
