//! AppealReview: lock the session → look whether it was rejected, and not appealed before → put it back into the queue.

use rollcall_proto::v1::{AppealReviewRequest, Review};
use serde_json::json;

use super::{
    RESOURCE,
    convert::{Figures, to_proto},
    rules,
    service::Service,
    store,
};
use crate::{
    audit, convert,
    entity::{attendance_record::Review as Stands, record_change::Source},
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    record::{self, Cause},
    session,
    store::{Notice, detach},
};

impl Service {
    pub(super) async fn appeal_review(
        &self,
        principal: &Principal,
        request: AppealReviewRequest,
        origin: Origin,
    ) -> Result<Review, Problem> {
        let id = convert::id("record_id", &request.record_id)?;
        let record = self.find_flagged(principal, id).await?;
        let (college_id, session_id) = (record.college_id, record.session_id);
        let college = organisation::find_college(&self.store.database, college_id).await?;
        let (store, principal, now) = (self.store.clone(), principal.clone(), self.clock.now());
        let reason = request.reason;
        detach(async move {
            let work = store.database.write(move |tx| {
                Box::pin(async move {
                    let session = session::lock(tx, college_id, session_id).await?;
                    let record = record::find_in(tx, college_id, id).await?;
                    let review = store::find(tx, college_id, id).await?;
                    let has_appealed = review.as_ref().is_some_and(|review| review.appealed_at.is_some());
                    rules::check_appeal(record.review, has_appealed)?;
                    record::check_lock(&college, &session, now)?;
                    let review = review.ok_or_else(|| Problem::not_found(RESOURCE))?;
                    let review = store::appeal(tx, review, reason.clone(), now).await?;
                    let cause = Cause { by: Some(principal.id), source: Source::Review, reason, at: now };
                    let now_says = (record.status, record.late_by_seconds);
                    let record = record::judge(tx, &session, record, Stands::Appealed, now_says, &cause).await?;
                    let row = audit::Row::by(&principal, &origin, "review.appealed", now).object(record::RESOURCE, id);
                    audit::insert(tx, row.detail(json!({"session_id": session_id}))).await?;
                    Ok(to_proto(&record, Some(&review), Figures::Hidden))
                })
            });
            let review = work.await?;
            store.bus.announce(Notice::SessionChanged { college_id, session_id });
            Ok(review)
        })
        .await
    }
}
