//! CreateSession: check the plan → insert; the database refuses what does not belong together.

use rollcall_proto::v1::CreateSessionRequest;

use super::{RESOURCE, rules, service::Service, store};
use crate::{
    audit, convert, entity::session, geofence, identity, organisation, origin::Origin, principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn create_session(
        &self,
        principal: &Principal,
        request: CreateSessionRequest,
        origin: Origin,
    ) -> Result<session::Model, Problem> {
        let college_id = principal.college_id;
        let named_teacher = convert::optional_id("teacher_id", request.teacher_id.as_deref())?;
        let teacher_id = rules::choose_teacher(principal, named_teacher)?;
        let location_id = convert::id("location_id", &request.location_id)?;
        let also_location_ids = convert::location_ids("also_location_ids", &request.also_location_ids)?;
        let division_id = convert::id("division_id", &request.division_id)?;
        let planned_start = convert::time("planned_start", request.planned_start)?;
        let planned_end = convert::time("planned_end", request.planned_end)?;
        rules::check_plan(planned_start, planned_end)?;

        let database = &self.store.database;
        let college = organisation::find_college(database, college_id).await?;
        geofence::find(database, college_id, location_id).await?;
        if !organisation::has_division(database, college_id, division_id).await? {
            return Err(Problem::not_found("division"));
        }
        let teacher = identity::find_user(database.reader(), college_id, teacher_id).await?;
        rules::check_teacher(teacher.as_ref())?;

        let now = self.clock.now();
        let plan = session::Plan {
            location_id,
            division_id,
            teacher_id,
            subject: request.subject,
            start: planned_start,
            end: planned_end,
            time_zone: college.time_zone,
            late_grace_seconds: request.late_grace_seconds.unwrap_or(college.late_grace_seconds),
        };
        let session = session::Model { also_location_ids, ..session::Model::planned(college_id, plan, now) };
        let row = audit::Row::by(principal, &origin, "session.created", now).object(RESOURCE, session.id);
        let stored = session.clone();
        database
            .write(move |tx| {
                Box::pin(async move {
                    geofence::find_others(tx, college_id, &stored.also_location_ids).await?;
                    store::insert(tx, stored).await?;
                    audit::insert(tx, row).await
                })
            })
            .await?;
        Ok(session)
    }
}
