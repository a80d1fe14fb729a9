//! FeedbackService.

use rollcall_proto::v1::{
    Feedback, GetFeedbackStatisticsRequest, GetFeedbackStatisticsResponse, GetSessionFeedbackRequest,
    GiveFeedbackRequest, SessionFeedback, feedback_service_server::FeedbackService,
};
use tonic::{Request, Response, Status};

use crate::{clock::Clock, keys::Keys, origin::Origin, principal::Principal, store::Store};

/// What feedback needs.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
}

#[tonic::async_trait]
impl FeedbackService for Service {
    async fn give_feedback(&self, request: Request<GiveFeedbackRequest>) -> Result<Response<Feedback>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.give_feedback(&principal, request.into_inner(), origin).await?))
    }

    async fn get_session_feedback(
        &self,
        request: Request<GetSessionFeedbackRequest>,
    ) -> Result<Response<SessionFeedback>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.get_session_feedback(&principal, request.into_inner()).await?))
    }

    async fn get_feedback_statistics(
        &self,
        request: Request<GetFeedbackStatisticsRequest>,
    ) -> Result<Response<GetFeedbackStatisticsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.get_feedback_statistics(&principal, request.into_inner()).await?))
    }
}
