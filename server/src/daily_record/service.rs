//! DailyRecordService.

use rollcall_proto::v1::{
    CreateDailyRecordRequest, CreateDailyRecordResponse, ListDailyRecordsRequest, ListDailyRecordsResponse,
    SearchDailyRecordsRequest, SearchDailyRecordsResponse, daily_record_service_server::DailyRecordService,
};
use tonic::{Request, Response, Status};

use super::writer::Writer;
use crate::{clock::Clock, keys::Keys, origin::Origin, principal::Principal, store::Store};

/// What daily records need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
    pub writer: Writer,
}

#[tonic::async_trait]
impl DailyRecordService for Service {
    async fn create_daily_record(
        &self,
        request: Request<CreateDailyRecordRequest>,
    ) -> Result<Response<CreateDailyRecordResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.create_daily_record(principal, request.into_inner(), origin).await?))
    }

    async fn search_daily_records(
        &self,
        request: Request<SearchDailyRecordsRequest>,
    ) -> Result<Response<SearchDailyRecordsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.search_daily_records(&principal, request.into_inner()).await?))
    }

    async fn list_daily_records(
        &self,
        request: Request<ListDailyRecordsRequest>,
    ) -> Result<Response<ListDailyRecordsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_daily_records(&principal, request.into_inner()).await?))
    }
}
