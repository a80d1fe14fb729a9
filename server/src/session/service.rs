//! SessionService.

use rollcall_proto::v1::{
    BookMakeupRequest, CancelSessionRequest, ChangeTeacherRequest, CreateSessionRequest, EndSessionRequest,
    GetSessionRequest, ListMakeupSlotsRequest, ListMakeupSlotsResponse, ListSessionsRequest, ListSessionsResponse,
    PlanSessionsRequest, PlanSessionsResponse, RescheduleSessionRequest, Session, StartSessionRequest,
    session_service_server::SessionService,
};
use tonic::{Request, Response, Status};

use super::convert::to_proto;
use crate::{clock::Clock, convert, face::Faces, keys::Keys, origin::Origin, principal::Principal, store::Store};

/// What sessions need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
    pub faces: Faces,
}

#[tonic::async_trait]
impl SessionService for Service {
    async fn create_session(&self, request: Request<CreateSessionRequest>) -> Result<Response<Session>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let session = self.create_session(&principal, request.into_inner(), origin).await?;
        Ok(Response::new(to_proto(session)))
    }

    async fn get_session(&self, request: Request<GetSessionRequest>) -> Result<Response<Session>, Status> {
        let principal = Principal::of(&request)?;
        let id = convert::id("id", &request.get_ref().id)?;
        Ok(Response::new(self.get_session(&principal, id).await?))
    }

    async fn list_sessions(
        &self,
        request: Request<ListSessionsRequest>,
    ) -> Result<Response<ListSessionsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_sessions(&principal, request.into_inner()).await?))
    }

    async fn start_session(&self, request: Request<StartSessionRequest>) -> Result<Response<Session>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        Ok(Response::new(to_proto(self.start_session(&principal, id, request.into_inner(), origin).await?)))
    }

    async fn end_session(&self, request: Request<EndSessionRequest>) -> Result<Response<Session>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        Ok(Response::new(to_proto(self.end_session(&principal, id, origin).await?)))
    }

    async fn change_teacher(&self, request: Request<ChangeTeacherRequest>) -> Result<Response<Session>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.change_teacher(&principal, request.into_inner(), origin).await?)))
    }

    async fn reschedule_session(
        &self,
        request: Request<RescheduleSessionRequest>,
    ) -> Result<Response<Session>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.reschedule_session(&principal, request.into_inner(), origin).await?)))
    }

    async fn plan_sessions(
        &self,
        request: Request<PlanSessionsRequest>,
    ) -> Result<Response<PlanSessionsResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.plan_sessions(&principal, &origin).await?))
    }

    async fn list_makeup_slots(
        &self,
        request: Request<ListMakeupSlotsRequest>,
    ) -> Result<Response<ListMakeupSlotsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_makeup_slots(&principal, request.into_inner()).await?))
    }

    async fn book_makeup(&self, request: Request<BookMakeupRequest>) -> Result<Response<Session>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let session = self.book_makeup(&principal, request.into_inner(), origin).await?;
        Ok(Response::new(to_proto(session)))
    }

    async fn cancel_session(&self, request: Request<CancelSessionRequest>) -> Result<Response<Session>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let CancelSessionRequest { id, reason } = request.into_inner();
        let id = convert::id("id", &id)?;
        Ok(Response::new(to_proto(self.cancel_session(&principal, id, reason, origin).await?)))
    }
}
