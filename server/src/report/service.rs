//! ReportService.

use rollcall_proto::v1::{
    GetAnalyticsRequest, GetAnalyticsResponse, ListAtRiskRequest, ListAtRiskResponse,
    report_service_server::ReportService,
};
use tonic::{Request, Response, Status};

use crate::{keys::Keys, principal::Principal, store::Store};

/// What statistics need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub keys: Keys,
}

#[tonic::async_trait]
impl ReportService for Service {
    async fn get_analytics(
        &self,
        request: Request<GetAnalyticsRequest>,
    ) -> Result<Response<GetAnalyticsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.get_analytics(&principal, request.into_inner()).await?))
    }

    async fn list_at_risk(&self, request: Request<ListAtRiskRequest>) -> Result<Response<ListAtRiskResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_at_risk(&principal, request.into_inner()).await?))
    }
}
