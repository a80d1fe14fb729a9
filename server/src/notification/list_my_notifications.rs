//! ListMyNotifications: the newest first.

use rollcall_proto::v1::{ListMyNotificationsRequest, ListMyNotificationsResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{convert::to_proto, service::Service, store};
use crate::{entity::notification::Column, organisation, page::Page, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn list_my_notifications(
        &self,
        principal: &Principal,
        request: ListMyNotificationsRequest,
    ) -> Result<ListMyNotificationsResponse, Problem> {
        let (college_id, user_id, reader) = (principal.college_id, principal.id, self.store.database.reader());
        let filter = [u8::from(request.unread)];
        let purpose: [&[u8]; 4] = [b"notifications", college_id.as_bytes(), user_id.as_bytes(), &filter];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);
        let mut query = store::of(college_id, user_id).order_by_desc(Column::Seq).limit(page.rows_to_read());
        if request.unread {
            query = query.filter(Column::ReadAt.is_null());
        }
        if let Some(seq) = page.position::<i64>()? {
            query = query.filter(Column::Seq.lt(seq));
        }
        let (rows, next_page_token) = page.cut(query.all(reader).await?, |last| last.seq)?;
        let language = organisation::find_college(&self.store.database, college_id).await?.language;
        Ok(ListMyNotificationsResponse {
            notifications: rows.into_iter().map(|row| to_proto(row, language)).collect(),
            next_page_token,
            unread_count: store::count_unread(reader, college_id, user_id).await?,
        })
    }
}
