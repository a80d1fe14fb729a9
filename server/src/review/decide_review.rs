//! DecideReview: lock the session → look again who may, and whether it waits → decide → let it have its effect.

use rollcall_proto::v1::{DecideReviewRequest, Review};
use serde_json::json;

use super::{
    RESOURCE,
    convert::{Figures, to_proto},
    rules::{self, Decision},
    service::Service,
    store,
};
use crate::{
    audit, convert,
    entity::{attendance_record::Status, record_change::Source},
    jobs,
    notification::{self, Event, What},
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    record::{self, Cause},
    session,
    store::{Notice, detach},
};

impl Service {
    pub(super) async fn decide_review(
        &self,
        principal: &Principal,
        request: DecideReviewRequest,
        origin: Origin,
    ) -> Result<Review, Problem> {
        let id = convert::id("record_id", &request.record_id)?;
        let decision = Decision::from_proto(request.decision())?;
        let record = self.find_flagged(principal, id).await?;
        record::check_own(principal, record.student_id)?;
        let (college_id, session_id) = (record.college_id, record.session_id);
        let college = organisation::find_college(&self.store.database, college_id).await?;
        let (store, principal, now) = (self.store.clone(), principal.clone(), self.clock.now());
        let reason = request.reason;
        detach(async move {
            let work = store.database.write(move |tx| {
                Box::pin(async move {
                    let session = session::lock(tx, college_id, session_id).await?;
                    // The teacher may have been changed since.
                    if !session::teaches(&principal, &session) {
                        return Err(Problem::not_found(RESOURCE));
                    }
                    record::check_lock(&college, &session, now)?;
                    let record = record::find_in(tx, college_id, id).await?;
                    rules::check_waits(record.review)?;
                    let before = store::find(tx, college_id, id).await?;
                    let claim = before.as_ref().filter(|claim| rules::is_claimed(record.review, claim));
                    let to = decision.status(record.review, record.status, claim.map(|claim| claim.claimed_status));
                    let late_by_seconds = match (to, record.status) {
                        (Status::Late, Status::Late) => record.late_by_seconds,
                        (Status::Late, _) => claim.map_or(0, |claim| claim.claimed_late_by_seconds),
                        _ => 0,
                    };
                    let review = store::decide(tx, &record, before, principal.id, reason.clone(), now).await?;
                    let cause = Cause { by: Some(principal.id), source: Source::Review, reason, at: now };
                    let detail = json!({"session_id": session_id, "reason": cause.reason});
                    let what = What::ReviewDecided {
                        student_id: record.student_id,
                        is_confirmed: decision == Decision::Confirm,
                        reason: cause.reason.clone(),
                    };
                    let record =
                        record::judge(tx, &session, record, decision.review(), (to, late_by_seconds), &cause).await?;
                    notification::raise(tx, [Event::of(&session, what, Some(principal.id), now)]).await?;
                    let row = audit::Row::by(&principal, &origin, decision.action(), now).object(record::RESOURCE, id);
                    audit::insert(tx, row.detail(detail)).await?;
                    Ok(to_proto(&record, Some(&review), Figures::Told))
                })
            });
            let review = work.await?;
            jobs::announce(&store.bus);
            store.bus.announce(Notice::SessionChanged { college_id, session_id });
            Ok(review)
        })
        .await
    }
}
