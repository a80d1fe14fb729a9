//! GeofenceService.

use rollcall_proto::v1::{
    GetLocationRequest, ListLocationsRequest, ListLocationsResponse, Location, ValidatePointRequest,
    ValidatePointResponse, geofence_service_server::GeofenceService,
};
use tonic::{Request, Response, Status};

use crate::{convert, entity::location::Model, keys::Keys, principal::Principal, store::Store};

/// What geofences need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub keys: Keys,
}

#[tonic::async_trait]
impl GeofenceService for Service {
    async fn get_location(&self, request: Request<GetLocationRequest>) -> Result<Response<Location>, Status> {
        let principal = Principal::of(&request)?;
        let id = convert::id("id", &request.get_ref().id)?;
        Ok(Response::new(to_proto(self.get(&principal, id).await?)))
    }

    async fn list_locations(
        &self,
        request: Request<ListLocationsRequest>,
    ) -> Result<Response<ListLocationsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list(&principal, request.into_inner()).await?))
    }

    async fn validate_point(
        &self,
        request: Request<ValidatePointRequest>,
    ) -> Result<Response<ValidatePointResponse>, Status> {
        let principal = Principal::of(&request)?;
        let ValidatePointRequest { lat, lon } = request.into_inner();
        let answer = self.validate(&principal, lat.unwrap_or_default(), lon.unwrap_or_default()).await?;
        Ok(Response::new(answer))
    }
}

pub fn to_proto(location: Model) -> Location {
    Location {
        id: location.id.to_string(),
        name: location.name,
        latitude: location.latitude,
        longitude: location.longitude,
        radius_meters: location.radius_meters,
        building: location.building,
        classroom_number: location.classroom_number,
    }
}
