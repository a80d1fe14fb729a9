//! RecordService.

use rollcall_proto::v1::{
    AttendanceRecord, GetRecordRequest, ListMyRecordsRequest, ListMyRecordsResponse, ListRecordChangesRequest,
    ListRecordChangesResponse, ListRecordsRequest, ListRecordsResponse, MarkRecordsRequest, MarkRecordsResponse,
    UpdateRecordRequest, record_service_server::RecordService,
};
use tonic::{Request, Response, Status};

use super::list_records::Filter;
use crate::{
    checkin::to_proto,
    clock::Clock,
    convert::{id, optional_id},
    keys::Keys,
    origin::Origin,
    principal::Principal,
    store::Store,
};

/// What records need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
}

#[tonic::async_trait]
impl RecordService for Service {
    async fn list_my_records(
        &self,
        request: Request<ListMyRecordsRequest>,
    ) -> Result<Response<ListMyRecordsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_my_records(&principal, request.into_inner()).await?))
    }

    async fn list_records(
        &self,
        request: Request<ListRecordsRequest>,
    ) -> Result<Response<ListRecordsResponse>, Status> {
        let principal = Principal::of(&request)?;
        let request = request.into_inner();
        let filter = Filter {
            session_id: optional_id("session_id", request.session_id.as_deref())?,
            status: Filter::status_from_proto(request.status()),
        };
        let (records, next_page_token) =
            self.list_records(&principal, &filter, request.page_size, &request.page_token).await?;
        Ok(Response::new(ListRecordsResponse { records, next_page_token }))
    }

    async fn get_record(&self, request: Request<GetRecordRequest>) -> Result<Response<AttendanceRecord>, Status> {
        let principal = Principal::of(&request)?;
        let id = id("id", &request.get_ref().id)?;
        Ok(Response::new(to_proto(&self.get_record(&principal, id).await?)))
    }

    async fn update_record(&self, request: Request<UpdateRecordRequest>) -> Result<Response<AttendanceRecord>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(&self.update_record(&principal, request.into_inner(), origin).await?)))
    }

    async fn list_record_changes(
        &self,
        request: Request<ListRecordChangesRequest>,
    ) -> Result<Response<ListRecordChangesResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_record_changes(&principal, request.into_inner()).await?))
    }

    async fn mark_records(
        &self,
        request: Request<MarkRecordsRequest>,
    ) -> Result<Response<MarkRecordsResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.mark_records(&principal, request.into_inner(), origin).await?))
    }
}
