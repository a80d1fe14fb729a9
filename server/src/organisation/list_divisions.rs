//! ListDivisions: scope by caller → page by name.

use rollcall_proto::v1::{ListDivisionsRequest, ListDivisionsResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _};

use super::{
    service::{Service, to_proto},
    store,
    zone::day_in,
};
use crate::{
    entity::{
        division::{self, Column},
        enrolment,
    },
    page::Page,
    principal::{Principal, Reach},
    problem::Problem,
};

impl Service {
    pub(super) async fn list_divisions(
        &self,
        principal: &Principal,
        request: ListDivisionsRequest,
    ) -> Result<ListDivisionsResponse, Problem> {
        let (database, college_id) = (&self.store.database, principal.college_id);
        let purpose: [&[u8]; 3] = [b"divisions", college_id.as_bytes(), principal.id.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);
        // Names are unique in a college, so the last one tells where the next page begins.
        let mut query = division::in_college(college_id).order_by_asc(Column::Name).limit(page.rows_to_read());
        if let Reach::Student(student_id) = principal.reach() {
            let college = store::find_college(database, college_id).await?;
            let own = store::on_day(college_id, day_in(&college.time_zone, self.clock.now()))
                .filter(enrolment::Column::StudentId.eq(student_id))
                .select_only()
                .column(enrolment::Column::DivisionId);
            query = query.filter(Column::Id.in_subquery(own.into_query()));
        }
        if let Some(name) = page.position::<String>()? {
            query = query.filter(Column::Name.gt(name));
        }
        let rows = query.all(database.reader()).await?;
        let (rows, next_page_token) = page.cut(rows, |last| last.name.clone())?;
        Ok(ListDivisionsResponse { divisions: rows.into_iter().map(to_proto).collect(), next_page_token })
    }
}
