//! GeofenceService.

use std::sync::Arc;

use rollcall_proto::v1::{
    CreateLocationRequest, DeleteLocationRequest, DeleteLocationResponse, ExportLocationsRequest, GetLocationRequest,
    ImportLocationsRequest, ImportLocationsResponse, ListLocationsRequest, ListLocationsResponse, Location,
    UpdateLocationRequest, ValidatePointRequest, ValidatePointResponse, geofence_service_server::GeofenceService,
};
use tonic::{Request, Response, Status};

use super::{convert::to_proto, export_locations::Pieces};
use crate::{
    clock::Clock, contract::Contract, convert, import::Turns, keys::Keys, origin::Origin, principal::Principal,
    store::Store,
};

/// What geofences need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
    /// The rules of fields, which hold for what a file says too.
    pub contract: Arc<Contract>,
    pub turns: Turns,
    /// The radius of a location that is made without one.
    pub default_radius_meters: f64,
}

#[tonic::async_trait]
impl GeofenceService for Service {
    async fn get_location(&self, request: Request<GetLocationRequest>) -> Result<Response<Location>, Status> {
        let principal = Principal::of(&request)?;
        let id = convert::id("id", &request.get_ref().id)?;
        Ok(Response::new(to_proto(self.get_location(&principal, id).await?)))
    }

    async fn list_locations(
        &self,
        request: Request<ListLocationsRequest>,
    ) -> Result<Response<ListLocationsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_locations(&principal, request.into_inner()).await?))
    }

    async fn create_location(&self, request: Request<CreateLocationRequest>) -> Result<Response<Location>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.create_location(&principal, request.into_inner(), origin).await?)))
    }

    async fn update_location(&self, request: Request<UpdateLocationRequest>) -> Result<Response<Location>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.update_location(&principal, request.into_inner(), origin).await?)))
    }

    async fn delete_location(
        &self,
        request: Request<DeleteLocationRequest>,
    ) -> Result<Response<DeleteLocationResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        self.delete_location(&principal, id, origin).await?;
        Ok(Response::new(DeleteLocationResponse {}))
    }

    async fn import_locations(
        &self,
        request: Request<ImportLocationsRequest>,
    ) -> Result<Response<ImportLocationsResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.import_locations(&principal, request.into_inner(), origin).await?))
    }

    type ExportLocationsStream = Pieces;

    async fn export_locations(
        &self,
        request: Request<ExportLocationsRequest>,
    ) -> Result<Response<Self::ExportLocationsStream>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(self.export_locations(&principal, origin).await?))
    }

    async fn validate_point(
        &self,
        request: Request<ValidatePointRequest>,
    ) -> Result<Response<ValidatePointResponse>, Status> {
        let principal = Principal::of(&request)?;
        let ValidatePointRequest { lat, lon } = request.into_inner();
        let answer = self.validate_point(&principal, lat.unwrap_or_default(), lon.unwrap_or_default()).await?;
        Ok(Response::new(answer))
    }
}
