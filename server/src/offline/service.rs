//! OfflineService.

use rollcall_proto::v1::{HandInCheckInsRequest, HandInCheckInsResponse, offline_service_server::OfflineService};
use tonic::{Request, Response, Status};

use crate::{checkin, origin::Origin, principal::Principal};

/// What check-ins without a network need.
#[derive(Clone)]
pub struct Service {
    /// What any check-in needs.
    pub checkin: checkin::Service,
}

#[tonic::async_trait]
impl OfflineService for Service {
    async fn hand_in_check_ins(
        &self,
        request: Request<HandInCheckInsRequest>,
    ) -> Result<Response<HandInCheckInsResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.hand_in_check_ins(&principal, request.into_inner(), &origin).await?))
    }
}
