//! CreatePunch: read → store; where it is there already, give the first.

use std::sync::Arc;

use rollcall_proto::v1::{CreatePunchRequest, Punch};

use super::{EMPLOYEE, PUNCH, convert::punch_to_proto, keep::Outcome, read, service::Service, store};
use crate::{
    entity::punch::Model,
    principal::Principal,
    problem::{ErrorReason, Problem},
};

impl Service {
    pub(super) async fn create_punch(
        &self,
        principal: &Principal,
        request: CreatePunchRequest,
    ) -> Result<Punch, Problem> {
        let punch = Arc::new(read::punch(read::By::of(principal), request, self.clock.now()).map_err(read::refused)?);
        let outcome = self.keeper.keep(punch.clone()).await?;
        if outcome == Outcome::Known {
            let (college_id, key) = (punch.college_id, punch.event_key);
            let mut found = store::find_by_keys(self.store.database.reader(), college_id, &[key]).await?;
            let stored = found.remove(&key).ok_or_else(|| Problem::not_found(PUNCH))?;
            if !read::is_same(&stored, &punch) {
                return Err(reused(&stored));
            }
            let corrections =
                store::find_corrections(self.store.database.reader(), college_id, std::iter::once(stored.id)).await?;
            let corrected_by = corrections.get(&stored.id).copied();
            return Ok(punch_to_proto(stored, corrected_by, true));
        }
        refuse(outcome)?;
        Ok(punch_to_proto(Arc::unwrap_or_clone(punch), None, false))
    }
}

/// Why nothing was stored.
pub fn refuse(outcome: Outcome) -> Result<(), Problem> {
    match outcome {
        Outcome::Stored | Outcome::Known => Ok(()),
        Outcome::NoEmployee => Err(Problem::not_found(EMPLOYEE)),
        Outcome::NoLocation => Err(Problem::not_found("location")),
    }
}

pub fn reused(stored: &Model) -> Problem {
    Problem::new(
        ErrorReason::EventIdReused,
        "This event_id is that of another event. Give each event an event_id of its own.",
    )
    .with("punch_id", stored.id)
}
