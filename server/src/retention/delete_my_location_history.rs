//! DeleteMyLocationHistory: ask whether the college allows it → remove some at a time, each time with a row in the audit → count what
//! has to wait.

use chrono::TimeDelta;
use rollcall_proto::v1::{DeleteMyLocationHistoryRequest, DeleteMyLocationHistoryResponse};
use serde_json::json;

use super::{
    convert::times,
    forget::{Keep, forget_some},
    history::Span,
    service::Service,
    store,
};
use crate::{
    audit,
    convert::count,
    organisation,
    origin::Origin,
    principal::Principal,
    problem::{ErrorReason, Problem},
    store::detach,
};

/// Check-ins of a day are held against each other: whose device it was, and who was where just before.
const SETTLED_AFTER: TimeDelta = TimeDelta::hours(24);

impl Service {
    pub(super) async fn delete_my_location_history(
        &self,
        principal: &Principal,
        request: DeleteMyLocationHistoryRequest,
        origin: Origin,
    ) -> Result<DeleteMyLocationHistoryResponse, Problem> {
        let (college_id, user_id, now) = (principal.college_id, principal.id, self.clock.now());
        let college = organisation::find_college(&self.store.database, college_id).await?;
        if !college.location_deletion_allowed {
            return Err(not_allowed());
        }
        let (from, before) = times(&college, request.from.as_deref(), request.to.as_deref())?;
        let span = Span { college_id, user_id, from, before };
        let settled_before = now - SETTLED_AFTER;
        let row = audit::Row::by(principal, &origin, "location_history.deleted", now).object("user", user_id);
        let database = self.store.database.clone();
        detach(async move {
            let mut removed = 0;
            loop {
                let row = row.another();
                let work = database.write(move |tx| {
                    Box::pin(async move {
                        let some = forget_some(tx, span, Keep::Unsettled(settled_before), now).await?;
                        if some > 0 {
                            audit::insert(tx, row.detail(json!({"removed_count": some}))).await?;
                        }
                        Ok(some)
                    })
                });
                match work.await? {
                    0 => break,
                    some => removed += some,
                }
            }
            let kept_for_review = store::count_under_review(&database, span).await?;
            let kept = store::count_positions(&database, span).await?;
            Ok(DeleteMyLocationHistoryResponse {
                removed_count: count(removed),
                kept_for_review_count: count(kept_for_review),
                kept_recent_count: count(kept.saturating_sub(kept_for_review)),
            })
        })
        .await
    }
}

fn not_allowed() -> Problem {
    let message =
        "Your college does not let its students remove positions before their time is over. Ask its administration.";
    Problem::new(ErrorReason::LocationDeletionNotAllowed, message)
}
