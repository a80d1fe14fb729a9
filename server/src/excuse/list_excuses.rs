//! ListExcuses: scope by caller → filter → page, the latest first.

use rollcall_proto::v1::{ListExcusesRequest, ListExcusesResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _};
use uuid::Uuid;

use super::{
    convert::{status_from_proto, to_proto},
    service::Service,
};
use crate::{
    convert::optional_id,
    entity::{
        excuse::{self, Column},
        session as sessions,
    },
    page::Page,
    principal::{Principal, Reach},
    problem::Problem,
};

impl Service {
    pub(super) async fn list_excuses(
        &self,
        principal: &Principal,
        request: ListExcusesRequest,
    ) -> Result<ListExcusesResponse, Problem> {
        let status = status_from_proto(request.status());
        let session_id = optional_id("session_id", request.session_id.as_deref())?;
        let student_id = optional_id("student_id", request.student_id.as_deref())?;
        let college_id = principal.college_id;
        let described = format!("{session_id:?} {student_id:?} {status:?}");
        let purpose: [&[u8]; 4] = [b"excuses", college_id.as_bytes(), principal.id.as_bytes(), described.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);

        let mut query = excuse::in_college(college_id).order_by_desc(Column::Id).limit(page.rows_to_read());
        query = match principal.reach() {
            Reach::College => query,
            Reach::Student(id) => query.filter(Column::StudentId.eq(id)),
            Reach::Teacher(id) => {
                let own = sessions::in_college(college_id)
                    .filter(sessions::Column::TeacherId.eq(id))
                    .select_only()
                    .column(sessions::Column::Id);
                query.filter(Column::SessionId.in_subquery(own.into_query()))
            }
        };
        if let Some(session_id) = session_id {
            query = query.filter(Column::SessionId.eq(session_id));
        }
        if let Some(student_id) = student_id {
            query = query.filter(Column::StudentId.eq(student_id));
        }
        if let Some(status) = status {
            query = query.filter(Column::Status.eq(status));
        }
        if let Some(id) = page.position::<Uuid>()? {
            query = query.filter(Column::Id.lt(id));
        }
        let rows = query.all(self.store.database.reader()).await?;
        let (rows, next_page_token) = page.cut(rows, |last| last.id)?;
        Ok(ListExcusesResponse { excuses: rows.into_iter().map(to_proto).collect(), next_page_token })
    }
}
