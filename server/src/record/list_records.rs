//! ListRecords: scope by caller → filter → page, the latest first.

use chrono::{DateTime, Utc};
use rollcall_proto::v1::{AttendanceRecord, attendance_record as proto};
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _};
use uuid::Uuid;

use super::service::Service;
use crate::{
    checkin::to_proto,
    entity::{
        attendance_record::{self, Column, Status},
        session as sessions,
    },
    page::Page,
    principal::{Principal, Reach},
    problem::Problem,
    session,
    store::before,
};

/// Which records are wanted.
#[derive(Debug, Default)]
pub struct Filter {
    pub session_id: Option<Uuid>,
    pub status: Option<Status>,
}

impl Filter {
    pub const fn status_from_proto(status: proto::Status) -> Option<Status> {
        match status {
            proto::Status::Unspecified => None,
            proto::Status::Present => Some(Status::Present),
            proto::Status::Late => Some(Status::Late),
            proto::Status::Absent => Some(Status::Absent),
            proto::Status::Excused => Some(Status::Excused),
            proto::Status::Pending => Some(Status::Pending),
        }
    }
}

impl Service {
    pub(super) async fn list_records(
        &self,
        principal: &Principal,
        filter: &Filter,
        page_size: i32,
        page_token: &str,
    ) -> Result<(Vec<AttendanceRecord>, String), Problem> {
        let college_id = principal.college_id;
        let described = format!("{filter:?}");
        let purpose: [&[u8]; 4] = [b"records", college_id.as_bytes(), principal.id.as_bytes(), described.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, page_size, page_token);

        // Staff walk the college's key: ids are in the order of their making. A student's records have an index by time.
        let mut query = attendance_record::in_college(college_id).limit(page.rows_to_read());
        if let Some(session_id) = filter.session_id {
            session::find_for_staff(&self.store, principal, session_id).await?;
            query = query.filter(Column::SessionId.eq(session_id));
        }
        query = match principal.reach() {
            Reach::Student(id) => query.filter(Column::StudentId.eq(id)).order_by_desc(Column::CreatedAt),
            Reach::Teacher(id) if filter.session_id.is_none() => {
                let own = sessions::in_college(college_id)
                    .filter(sessions::Column::TeacherId.eq(id))
                    .select_only()
                    .column(sessions::Column::Id);
                query.filter(Column::SessionId.in_subquery(own.into_query()))
            }
            Reach::Teacher(_) | Reach::College => query,
        };
        query = query.order_by_desc(Column::Id);
        if let Some(status) = filter.status {
            query = query.filter(Column::Status.eq(status));
        }
        if let Some((created_at, id)) = page.position::<(DateTime<Utc>, Uuid)>()? {
            query = query.filter(match principal.reach() {
                Reach::Student(_) => before((Column::CreatedAt, created_at), (Column::Id, id)),
                Reach::Teacher(_) | Reach::College => Condition::all().add(Column::Id.lt(id)),
            });
        }
        let rows = query.all(self.store.database.reader()).await?;
        let (rows, next_page_token) = page.cut(rows, |last| (last.created_at, last.id))?;
        Ok((rows.iter().map(to_proto).collect(), next_page_token))
    }
}
