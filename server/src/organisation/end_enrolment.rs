//! EndEnrolment: whoever leaves today has left since this morning. What began before today ends yesterday, what begins today
//! or later is taken back.

use chrono::NaiveDate;
use serde_json::json;
use uuid::Uuid;

use super::{RESOURCE, roster, service::Service, store, zone::day_in};
use crate::{
    audit,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::{Tx, detach},
};

/// Ends every enrolment of a person as part of something greater, and tells the divisions, whose copies are to be dropped
/// after the commit.
pub async fn end_all(tx: &Tx, college_id: Uuid, student_id: Uuid, today: NaiveDate) -> Result<Vec<Uuid>, Problem> {
    store::end_enrolments(tx, college_id, None, student_id, today).await
}

impl Service {
    pub(super) async fn end_enrolment(
        &self,
        principal: &Principal,
        division_id: Uuid,
        student_id: Uuid,
        origin: Origin,
    ) -> Result<(), Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let today = day_in(&store::find_college(&self.store.database, college_id).await?.time_zone, now);
        let row = audit::Row::by(principal, &origin, "enrolment.ended", now)
            .object(RESOURCE, division_id)
            .detail(json!({"student_id": student_id}));
        let store = self.store.clone();
        detach(async move {
            store
                .database
                .write(move |tx| {
                    Box::pin(async move {
                        let ended = store::end_enrolments(tx, college_id, Some(division_id), student_id, today).await?;
                        if ended.is_empty() {
                            return Err(Problem::not_found("enrolment"));
                        }
                        audit::insert(tx, row).await
                    })
                })
                .await?;
            roster::outdate(&store, college_id, division_id).await;
            Ok(())
        })
        .await
    }
}
