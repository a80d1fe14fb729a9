//! SessionService.

use rollcall_proto::v1::{
    CancelSessionRequest, CreateSessionRequest, EndSessionRequest, GetSessionRequest, ListSessionsRequest,
    ListSessionsResponse, Session, StartSessionRequest, session_service_server::SessionService,
};
use tonic::{Request, Response, Status};

use super::convert::to_proto;
use crate::{clock::Clock, convert, keys::Keys, origin::Origin, principal::Principal, store::Store};

/// What sessions need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
}

#[tonic::async_trait]
impl SessionService for Service {
    async fn create_session(&self, request: Request<CreateSessionRequest>) -> Result<Response<Session>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let session = self.create(&principal, request.into_inner(), origin).await?;
        Ok(Response::new(to_proto(session)))
    }

    async fn get_session(&self, request: Request<GetSessionRequest>) -> Result<Response<Session>, Status> {
        let principal = Principal::of(&request)?;
        let id = convert::id("id", &request.get_ref().id)?;
        Ok(Response::new(to_proto(self.get(&principal, id).await?)))
    }

    async fn list_sessions(
        &self,
        request: Request<ListSessionsRequest>,
    ) -> Result<Response<ListSessionsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list(&principal, request.into_inner()).await?))
    }

    async fn start_session(&self, request: Request<StartSessionRequest>) -> Result<Response<Session>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        Ok(Response::new(to_proto(self.start(&principal, id, origin).await?)))
    }

    async fn end_session(&self, request: Request<EndSessionRequest>) -> Result<Response<Session>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        Ok(Response::new(to_proto(self.end(&principal, id, origin).await?)))
    }

    async fn cancel_session(&self, request: Request<CancelSessionRequest>) -> Result<Response<Session>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let CancelSessionRequest { id, reason } = request.into_inner();
        let id = convert::id("id", &id)?;
        Ok(Response::new(to_proto(self.cancel(&principal, id, reason, origin).await?)))
    }
}
