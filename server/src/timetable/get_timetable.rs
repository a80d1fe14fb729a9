//! GetTimetable: staff may see every slot of their college, a student those of the divisions that they belong to today.

use sea_orm::{ColumnTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::{RESOURCE, service::Service, store};
use crate::{
    entity::{enrolment, timetable::Model},
    organisation::{self, day_in},
    principal::{Principal, Reach},
    problem::Problem,
};

impl Service {
    pub(super) async fn get_timetable(&self, principal: &Principal, id: Uuid) -> Result<Model, Problem> {
        let slot = store::find(&self.store.database, principal.college_id, id).await?;
        if !self.may_see(principal, slot.division_id).await? {
            return Err(Problem::not_found(RESOURCE));
        }
        Ok(slot)
    }

    /// Whether a caller may see what a division of their college does: a student must belong to it today.
    pub(super) async fn may_see(&self, principal: &Principal, division_id: Uuid) -> Result<bool, Problem> {
        let Reach::Student(student_id) = principal.reach() else { return Ok(true) };
        let (database, college_id) = (&self.store.database, principal.college_id);
        let college = organisation::find_college(database, college_id).await?;
        let own = organisation::on_day(college_id, day_in(&college.time_zone, self.clock.now()))
            .filter(enrolment::Column::StudentId.eq(student_id))
            .filter(enrolment::Column::DivisionId.eq(division_id));
        Ok(own.one(database.reader()).await?.is_some())
    }
}
