//! CreateTimetable: read → lock the college → insert, unless somebody or something is taken then.

use rollcall_proto::v1::CreateTimetableRequest;
use uuid::Uuid;

use super::{RESOURCE, place, rules, service::Service, store};
use crate::{
    audit,
    convert::{clock, id, location_ids, optional_date},
    entity::timetable,
    jobs,
    organisation::{self, day_in},
    origin::Origin,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn create_timetable(
        &self,
        principal: &Principal,
        request: CreateTimetableRequest,
        origin: Origin,
    ) -> Result<timetable::Model, Problem> {
        let (college_id, now) = (principal.college_id, self.clock.now());
        let valid_from = match optional_date("valid_from", request.valid_from.as_deref())? {
            Some(day) => day,
            None => day_in(&organisation::find_college(&self.store.database, college_id).await?.time_zone, now),
        };
        let slot = timetable::Model {
            college_id,
            id: Uuid::now_v7(),
            division_id: id("division_id", &request.division_id)?,
            location_id: id("location_id", &request.location_id)?,
            teacher_id: id("teacher_id", &request.teacher_id)?,
            start_time: clock("start_time", &request.start_time)?,
            end_time: clock("end_time", &request.end_time)?,
            valid_from,
            valid_to: optional_date("valid_to", request.valid_to.as_deref())?,
            subject: request.subject,
            day_of_week: request.day_of_week,
            also_location_ids: location_ids("also_location_ids", &request.also_location_ids)?,
            created_at: now,
            updated_at: now,
        };
        rules::check_slot("", &slot)?;
        let row = audit::Row::by(principal, &origin, "timetable.created", now).object(RESOURCE, slot.id);
        let made = slot.clone();
        self.store
            .database
            .write(move |tx| {
                Box::pin(async move {
                    organisation::lock_college(tx, college_id).await?;
                    place::check(tx, None, &made).await?;
                    let (slot_id, made_at) = (made.id, made.created_at);
                    store::insert(tx, made).await?;
                    organisation::plan_again(tx, college_id, Some(slot_id), made_at).await?;
                    audit::insert(tx, row).await
                })
            })
            .await?;
        jobs::announce(&self.store.bus);
        Ok(slot)
    }
}
