//! ReviewService.

use rollcall_proto::v1::{
    AppealReviewRequest, DecideReviewRequest, GetReviewRequest, ListReviewsRequest, ListReviewsResponse, Review,
    review_service_server::ReviewService,
};
use tonic::{Request, Response, Status};

use crate::{clock::Clock, convert::id, keys::Keys, origin::Origin, principal::Principal, store::Store};

/// What reviews need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
}

#[tonic::async_trait]
impl ReviewService for Service {
    async fn list_reviews(
        &self,
        request: Request<ListReviewsRequest>,
    ) -> Result<Response<ListReviewsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_reviews(&principal, request.into_inner()).await?))
    }

    async fn get_review(&self, request: Request<GetReviewRequest>) -> Result<Response<Review>, Status> {
        let principal = Principal::of(&request)?;
        let id = id("record_id", &request.get_ref().record_id)?;
        Ok(Response::new(self.get_review(&principal, id).await?))
    }

    async fn decide_review(&self, request: Request<DecideReviewRequest>) -> Result<Response<Review>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.decide_review(&principal, request.into_inner(), origin).await?))
    }

    async fn appeal_review(&self, request: Request<AppealReviewRequest>) -> Result<Response<Review>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.appeal_review(&principal, request.into_inner(), origin).await?))
    }
}
