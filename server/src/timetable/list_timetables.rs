//! ListTimetables: scope by caller → filter → page by day of the week and start.

use chrono::{NaiveDate, NaiveTime};
use rollcall_proto::v1::{ListTimetablesRequest, ListTimetablesResponse};
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::{convert, service::Service, store};
use crate::{
    convert::{optional_date, optional_id},
    entity::timetable::{self, Column, Model},
    organisation::{self, day_in},
    page::Page,
    principal::{Principal, Reach},
    problem::Problem,
};

/// What a list is narrowed to.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub division_id: Option<Uuid>,
    pub teacher_id: Option<Uuid>,
    pub location_id: Option<Uuid>,
    pub day_of_week: Option<i32>,
    pub valid_on: Option<NaiveDate>,
}

impl Service {
    pub(super) async fn list_timetables(
        &self,
        principal: &Principal,
        request: ListTimetablesRequest,
    ) -> Result<ListTimetablesResponse, Problem> {
        let filter = Filter {
            division_id: optional_id("division_id", request.division_id.as_deref())?,
            teacher_id: optional_id("teacher_id", request.teacher_id.as_deref())?,
            location_id: optional_id("location_id", request.location_id.as_deref())?,
            day_of_week: request.day_of_week,
            valid_on: optional_date("valid_on", request.valid_on.as_deref())?,
        };
        let mut query = timetable::in_college(principal.college_id);
        if let Reach::Student(student_id) = principal.reach() {
            let today = self.today(principal.college_id).await?;
            let own = store::divisions_of(principal.college_id, student_id, today);
            query = query.filter(Column::DivisionId.in_subquery(own));
        }
        let (rows, next_page_token) =
            self.page(principal, query, &filter, request.page_size, &request.page_token).await?;
        Ok(ListTimetablesResponse { timetables: rows.into_iter().map(convert::to_proto).collect(), next_page_token })
    }

    /// A page of what a query and a filter leave.
    pub(super) async fn page(
        &self,
        principal: &Principal,
        query: timetable::Find,
        filter: &Filter,
        page_size: i32,
        page_token: &str,
    ) -> Result<(Vec<Model>, String), Problem> {
        let named = format!("{filter:?}");
        let purpose: [&[u8]; 4] =
            [b"timetables", principal.college_id.as_bytes(), principal.id.as_bytes(), named.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, page_size, page_token);
        let mut query = query
            .order_by_asc(Column::DayOfWeek)
            .order_by_asc(Column::StartTime)
            .order_by_asc(Column::Id)
            .limit(page.rows_to_read());
        let equal = [
            (Column::DivisionId, filter.division_id),
            (Column::TeacherId, filter.teacher_id),
            (Column::LocationId, filter.location_id),
        ];
        for (column, id) in equal {
            query = match id {
                Some(id) => query.filter(column.eq(id)),
                None => query,
            };
        }
        if let Some(day_of_week) = filter.day_of_week {
            query = query.filter(Column::DayOfWeek.eq(day_of_week));
        }
        if let Some(day) = filter.valid_on {
            query = query.filter(store::valid_within(day, day));
        }
        if let Some((day, start, id)) = page.position::<(i32, NaiveTime, Uuid)>()? {
            let same_day = Condition::any()
                .add(Column::StartTime.gt(start))
                .add(Condition::all().add(Column::StartTime.eq(start)).add(Column::Id.gt(id)));
            // The first filter alone is a range of the index.
            query = query
                .filter(Column::DayOfWeek.gte(day))
                .filter(Condition::any().add(Column::DayOfWeek.gt(day)).add(same_day));
        }
        let rows = query.all(self.store.database.reader()).await?;
        page.cut(rows, |last| (last.day_of_week, last.start_time, last.id))
    }

    /// Today by a college's calendar.
    pub(super) async fn today(&self, college_id: Uuid) -> Result<NaiveDate, Problem> {
        let college = organisation::find_college(&self.store.database, college_id).await?;
        Ok(day_in(&college.time_zone, self.clock.now()))
    }
}
