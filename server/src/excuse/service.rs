//! ExcuseService.

use rollcall_proto::v1::{
    DecideExcuseRequest, DownloadExcuseDocumentRequest, Excuse, GetExcuseRequest, ListExcusesRequest,
    ListExcusesResponse, RequestExcuseRequest, excuse_service_server::ExcuseService,
};
use tonic::{
    Request, Response, Status,
    metadata::{Ascii, MetadataValue},
};

use super::{
    convert::to_proto,
    download_excuse_document::{Download, Parts},
};
use crate::{
    caching,
    clock::Clock,
    convert::id,
    keys::Keys,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::{Documents, Store},
};

/// What excuses need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
    pub documents: Documents,
}

#[tonic::async_trait]
impl ExcuseService for Service {
    async fn request_excuse(&self, request: Request<RequestExcuseRequest>) -> Result<Response<Excuse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.request_excuse(&principal, request.into_inner(), origin).await?)))
    }

    async fn decide_excuse(&self, request: Request<DecideExcuseRequest>) -> Result<Response<Excuse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.decide_excuse(&principal, request.into_inner(), origin).await?)))
    }

    async fn get_excuse(&self, request: Request<GetExcuseRequest>) -> Result<Response<Excuse>, Status> {
        let principal = Principal::of(&request)?;
        let id = id("id", &request.get_ref().id)?;
        Ok(Response::new(to_proto(self.get_excuse(&principal, id).await?)))
    }

    async fn list_excuses(
        &self,
        request: Request<ListExcusesRequest>,
    ) -> Result<Response<ListExcusesResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_excuses(&principal, request.into_inner()).await?))
    }

    type DownloadExcuseDocumentStream = Parts;

    async fn download_excuse_document(
        &self,
        request: Request<DownloadExcuseDocumentRequest>,
    ) -> Result<Response<Parts>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = id("id", &request.get_ref().id)?;
        let Download { file_name, parts } = self.download_excuse_document(&principal, id, origin).await?;
        let mut response = Response::new(parts);
        // Saved and never shown: what somebody handed in must not run in the page of an API.
        let disposition: MetadataValue<Ascii> =
            format!("attachment; filename=\"{file_name}\"").parse().map_err(Problem::internal)?;
        response.metadata_mut().insert("content-disposition", disposition);
        caching::forbid(response.metadata_mut());
        Ok(response)
    }
}
