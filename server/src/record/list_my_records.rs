//! ListMyRecords: a list of records that a student may see is a list of the student's own.

use rollcall_proto::v1::{ListMyRecordsRequest, ListMyRecordsResponse};

use super::{list_records::Filter, service::Service};
use crate::{principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn list_my_records(
        &self,
        principal: &Principal,
        request: ListMyRecordsRequest,
    ) -> Result<ListMyRecordsResponse, Problem> {
        let ListMyRecordsRequest { page_size, page_token } = request;
        let (records, next_page_token) =
            self.list_records(principal, &Filter::default(), page_size, &page_token).await?;
        Ok(ListMyRecordsResponse { records, next_page_token })
    }
}
