//! EnrolStudent: lock the student → insert, unless it overlaps → drop the copies that check-ins are decided on.

use rollcall_proto::v1::{EnrolStudentRequest, Enrolment};
use serde_json::json;

use super::{RESOURCE, roster, rules, service::Service, store, zone::day_in};
use crate::{audit, convert, entity::enrolment, origin::Origin, principal::Principal, problem::Problem, store::detach};

impl Service {
    pub(super) async fn enrol_student(
        &self,
        principal: &Principal,
        request: EnrolStudentRequest,
        origin: Origin,
    ) -> Result<Enrolment, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let division_id = convert::id("division_id", &request.division_id)?;
        let student_id = convert::id("student_id", &request.student_id)?;
        let from = convert::optional_date("from_date", request.from_date.as_deref())?;
        let to = convert::optional_date("to_date", request.to_date.as_deref())?;
        let college = store::find_college(&self.store.database, college_id).await?;
        let span = rules::span(from, to, day_in(&college.time_zone, now))?;
        let row = enrolment::Model {
            college_id,
            division_id,
            student_id,
            from_date: span.from,
            to_date: span.to,
            created_at: now,
        };
        let told = Enrolment {
            division_id: division_id.to_string(),
            student_id: student_id.to_string(),
            from_date: span.from.to_string(),
            to_date: span.to.map(|day| day.to_string()).unwrap_or_default(),
        };
        let audited = audit::Row::by(principal, &origin, "enrolment.created", now)
            .object(RESOURCE, division_id)
            .detail(json!({"student_id": student_id, "from_date": span.from, "to_date": span.to}));
        let store = self.store.clone();
        detach(async move {
            store
                .database
                .write(move |tx| {
                    Box::pin(async move {
                        store::lock_student(tx, college_id, student_id).await?;
                        if !store::insert_enrolment(tx, &row).await? {
                            return Err(rules::overlaps());
                        }
                        audit::insert(tx, audited).await
                    })
                })
                .await?;
            roster::outdate(&store, college_id, division_id).await;
            Ok(told)
        })
        .await
    }
}
