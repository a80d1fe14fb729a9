//! ListRecordChanges: who may see the record sees what became of it.

use rollcall_proto::v1::{ListRecordChangesRequest, ListRecordChangesResponse};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{convert::change_to_proto, service::Service};
use crate::{
    convert,
    entity::record_change::{self, Column},
    page::Page,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn list_record_changes(
        &self,
        principal: &Principal,
        request: ListRecordChangesRequest,
    ) -> Result<ListRecordChangesResponse, Problem> {
        let record = self.get_record(principal, convert::id("record_id", &request.record_id)?).await?;
        let purpose: [&[u8]; 4] =
            [b"record changes", record.college_id.as_bytes(), record.id.as_bytes(), principal.id.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);
        // A record changes once in an event of its session.
        let mut query = record_change::in_college(record.college_id)
            .filter(Column::RecordId.eq(record.id))
            .order_by_desc(Column::EventSeq)
            .limit(page.rows_to_read());
        if let Some(event_seq) = page.position::<i64>()? {
            query = query.filter(Column::EventSeq.lt(event_seq));
        }
        let rows = query.all(self.store.database.reader()).await?;
        let (rows, next_page_token) = page.cut(rows, |last| last.event_seq)?;
        Ok(ListRecordChangesResponse { changes: rows.into_iter().map(change_to_proto).collect(), next_page_token })
    }
}
