//! ListSessions: scope by caller → filter → page, the latest planned first.

use chrono::{DateTime, Utc};
use rollcall_proto::v1::{ListSessionsRequest, ListSessionsResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::{convert, service::Service, store};
use crate::{
    convert::optional_id,
    entity::session::{self, Column},
    organisation,
    page::Page,
    principal::{Principal, Reach},
    problem::Problem,
    store::before,
};

impl Service {
    pub(super) async fn list_sessions(
        &self,
        principal: &Principal,
        request: ListSessionsRequest,
    ) -> Result<ListSessionsResponse, Problem> {
        let state = convert::state_from_proto(request.state());
        let division_id = optional_id("division_id", request.division_id.as_deref())?;
        let location_id = optional_id("location_id", request.location_id.as_deref())?;
        let filter = format!("{state:?}{division_id:?}{location_id:?}");
        let purpose: [&[u8]; 4] =
            [b"sessions", principal.college_id.as_bytes(), principal.id.as_bytes(), filter.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);

        let mut query = session::in_college(principal.college_id)
            .order_by_desc(Column::PlannedStart)
            .order_by_desc(Column::Id)
            .limit(page.rows_to_read());
        query = match principal.reach() {
            Reach::College => query,
            Reach::Teacher(id) => query.filter(Column::TeacherId.eq(id)),
            Reach::Student(id) => {
                let database = &self.store.database;
                let own = organisation::list_memberships(database, principal.college_id, id).await?;
                query.filter(store::of_student(principal.college_id, id, &own))
            }
        };
        if let Some(state) = state {
            query = query.filter(Column::State.eq(state));
        }
        if let Some(division_id) = division_id {
            query = query.filter(Column::DivisionId.eq(division_id));
        }
        if let Some(location_id) = location_id {
            query = query.filter(Column::LocationId.eq(location_id));
        }
        if let Some((planned_start, id)) = page.position::<(DateTime<Utc>, Uuid)>()? {
            query = query.filter(before((Column::PlannedStart, planned_start), (Column::Id, id)));
        }

        let rows = query.all(self.store.database.reader()).await?;
        let (rows, next_page_token) = page.cut(rows, |last| (last.planned_start, last.id))?;
        let told = match principal.reach() {
            Reach::Student(_) => convert::for_student,
            Reach::Teacher(_) | Reach::College => convert::to_proto,
        };
        Ok(ListSessionsResponse { sessions: rows.into_iter().map(told).collect(), next_page_token })
    }
}
