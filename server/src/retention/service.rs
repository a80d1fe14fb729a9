//! LocationHistoryService.

use rollcall_proto::v1::{
    DeleteMyLocationHistoryRequest, DeleteMyLocationHistoryResponse, ListMyLocationHistoryRequest,
    ListMyLocationHistoryResponse, location_history_service_server::LocationHistoryService,
};
use tonic::{Request, Response, Status};

use crate::{clock::Clock, keys::Keys, origin::Origin, principal::Principal, store::Store};

/// What location histories need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
}

#[tonic::async_trait]
impl LocationHistoryService for Service {
    async fn list_my_location_history(
        &self,
        request: Request<ListMyLocationHistoryRequest>,
    ) -> Result<Response<ListMyLocationHistoryResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_my_location_history(&principal, request.into_inner()).await?))
    }

    async fn delete_my_location_history(
        &self,
        request: Request<DeleteMyLocationHistoryRequest>,
    ) -> Result<Response<DeleteMyLocationHistoryResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.delete_my_location_history(&principal, request.into_inner(), origin).await?))
    }
}
