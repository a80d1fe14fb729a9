//! ListDivisionStudents: who belongs to a division on a day → page by name.

use std::collections::HashMap;

use rollcall_proto::v1::{DivisionStudent, ListDivisionStudentsRequest, ListDivisionStudentsResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _};
use uuid::Uuid;

use super::{service::Service, store, zone::day_in};
use crate::{
    convert,
    entity::{
        enrolment,
        user::{self, Column, Role},
    },
    page::Page,
    principal::Principal,
    problem::Problem,
    store::after,
};

impl Service {
    pub(super) async fn list_division_students(
        &self,
        principal: &Principal,
        request: ListDivisionStudentsRequest,
    ) -> Result<ListDivisionStudentsResponse, Problem> {
        let (database, college_id) = (&self.store.database, principal.college_id);
        let division_id = convert::id("id", &request.id)?;
        let named_day = convert::optional_date("day", request.day.as_deref())?;
        store::find_division(database, college_id, division_id).await?;
        let filter = format!("{division_id}{named_day:?}");
        let purpose: [&[u8]; 4] =
            [b"division students", college_id.as_bytes(), principal.id.as_bytes(), filter.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);

        let day = match named_day {
            Some(day) => day,
            None => day_in(&store::find_college(database, college_id).await?.time_zone, self.clock.now()),
        };
        let enrolled = store::on_day(college_id, day).filter(enrolment::Column::DivisionId.eq(division_id));
        let ids = enrolled.clone().select_only().column(enrolment::Column::StudentId);
        let mut query = user::in_college(college_id)
            .filter(Column::Id.in_subquery(ids.into_query()))
            .filter(Column::IsActive.eq(true))
            .filter(Column::Role.eq(Role::Student))
            .order_by_asc(Column::Username)
            .order_by_asc(Column::Id)
            .limit(page.rows_to_read());
        if let Some((username, id)) = page.position::<(String, Uuid)>()? {
            query = query.filter(after((Column::Username, username), (Column::Id, id)));
        }
        let rows = query.all(database.reader()).await?;
        let (people, next_page_token) = page.cut(rows, |last| (last.username.clone(), last.id))?;

        let shown = enrolled.filter(enrolment::Column::StudentId.is_in(people.iter().map(|person| person.id)));
        let enrolments: HashMap<Uuid, enrolment::Model> =
            shown.all(database.reader()).await?.into_iter().map(|row| (row.student_id, row)).collect();
        // Who left between the two looks is not shown.
        let students = people.into_iter().filter_map(|person| {
            let enrolment = enrolments.get(&person.id)?;
            Some(DivisionStudent {
                id: person.id.to_string(),
                email: person.email,
                username: person.username,
                from_date: enrolment.from_date.to_string(),
                to_date: enrolment.to_date.map(|day| day.to_string()).unwrap_or_default(),
            })
        });
        Ok(ListDivisionStudentsResponse { students: students.collect(), next_page_token })
    }
}
