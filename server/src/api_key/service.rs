//! ApiKeyService.

use rollcall_proto::v1::{
    ApiKey, CreateApiKeyRequest, CreateApiKeyResponse, GetApiKeyRequest, ListApiKeysRequest, ListApiKeysResponse,
    RevokeApiKeyRequest, api_key_service_server::ApiKeyService,
};
use tonic::{Request, Response, Status};

use super::convert::to_proto;
use crate::{
    caching,
    clock::Clock,
    convert,
    identity::{self, Revoker},
    keys::Keys,
    origin::Origin,
    principal::Principal,
    store::Store,
};

/// What API keys need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
    pub revoker: Revoker,
    pub identity: identity::Service,
}

#[tonic::async_trait]
impl ApiKeyService for Service {
    async fn list_api_keys(
        &self,
        request: Request<ListApiKeysRequest>,
    ) -> Result<Response<ListApiKeysResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_api_keys(&principal, request.into_inner()).await?))
    }

    async fn get_api_key(&self, request: Request<GetApiKeyRequest>) -> Result<Response<ApiKey>, Status> {
        let principal = Principal::of(&request)?;
        let id = convert::id("id", &request.into_inner().id)?;
        Ok(Response::new(to_proto(self.get_api_key(&principal, id).await?)))
    }

    async fn create_api_key(
        &self,
        request: Request<CreateApiKeyRequest>,
    ) -> Result<Response<CreateApiKeyResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let mut response = Response::new(self.create_api_key(&principal, request.into_inner(), origin).await?);
        caching::forbid(response.metadata_mut());
        Ok(response)
    }

    async fn revoke_api_key(&self, request: Request<RevokeApiKeyRequest>) -> Result<Response<ApiKey>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.into_inner().id)?;
        Ok(Response::new(to_proto(self.revoke_api_key(&principal, id, origin).await?)))
    }
}
