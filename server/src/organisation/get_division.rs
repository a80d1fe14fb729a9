//! GetDivision: staff may see every division of their college, a student those that they belong to today.

use sea_orm::{ColumnTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::{RESOURCE, service::Service, store, zone::day_in};
use crate::{
    entity::{division, enrolment::Column},
    principal::{Principal, Reach},
    problem::Problem,
};

impl Service {
    pub(super) async fn get_division(&self, principal: &Principal, id: Uuid) -> Result<division::Model, Problem> {
        let (database, college_id) = (&self.store.database, principal.college_id);
        if let Reach::Student(student_id) = principal.reach() {
            let college = store::find_college(database, college_id).await?;
            let own = store::on_day(college_id, day_in(&college.time_zone, self.clock.now()))
                .filter(Column::StudentId.eq(student_id))
                .filter(Column::DivisionId.eq(id));
            own.one(database.reader()).await?.ok_or_else(|| Problem::not_found(RESOURCE))?;
        }
        store::find_division(database, college_id, id).await
    }
}
