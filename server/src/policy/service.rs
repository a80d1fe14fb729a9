//! PolicyService.

use rollcall_proto::v1::{
    ComparePolicyRequest, ComparePolicyResponse, CreatePolicyRequest, DeletePolicyRequest, DeletePolicyResponse,
    GetPolicyRequest, GetSessionPolicyRequest, ListPoliciesRequest, ListPoliciesResponse, ListPolicyVersionsRequest,
    ListPolicyVersionsResponse, Policy, SessionPolicy, UpdatePolicyRequest, policy_service_server::PolicyService,
};
use tonic::{Request, Response, Status};

use crate::{clock::Clock, convert, keys::Keys, origin::Origin, principal::Principal, store::Store};

/// What policies need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
    /// How long a code is shown where no policy says otherwise.
    pub code_interval_seconds: u32,
}

#[tonic::async_trait]
impl PolicyService for Service {
    async fn create_policy(&self, request: Request<CreatePolicyRequest>) -> Result<Response<Policy>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.create_policy(&principal, request.into_inner(), origin).await?))
    }

    async fn get_policy(&self, request: Request<GetPolicyRequest>) -> Result<Response<Policy>, Status> {
        let principal = Principal::of(&request)?;
        let GetPolicyRequest { id, version } = request.into_inner();
        let id = convert::id("id", &id)?;
        Ok(Response::new(self.get_policy(&principal, id, version).await?))
    }

    async fn list_policies(
        &self,
        request: Request<ListPoliciesRequest>,
    ) -> Result<Response<ListPoliciesResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_policies(&principal, request.into_inner()).await?))
    }

    async fn list_policy_versions(
        &self,
        request: Request<ListPolicyVersionsRequest>,
    ) -> Result<Response<ListPolicyVersionsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_policy_versions(&principal, request.into_inner()).await?))
    }

    async fn update_policy(&self, request: Request<UpdatePolicyRequest>) -> Result<Response<Policy>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.update_policy(&principal, request.into_inner(), origin).await?))
    }

    async fn delete_policy(
        &self,
        request: Request<DeletePolicyRequest>,
    ) -> Result<Response<DeletePolicyResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        self.delete_policy(&principal, id, origin).await?;
        Ok(Response::new(DeletePolicyResponse {}))
    }

    async fn compare_policy(
        &self,
        request: Request<ComparePolicyRequest>,
    ) -> Result<Response<ComparePolicyResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.compare_policy(&principal, request.into_inner()).await?))
    }

    async fn get_session_policy(
        &self,
        request: Request<GetSessionPolicyRequest>,
    ) -> Result<Response<SessionPolicy>, Status> {
        let principal = Principal::of(&request)?;
        let id = convert::id("session_id", &request.get_ref().session_id)?;
        Ok(Response::new(self.get_session_policy(&principal, id).await?))
    }
}
