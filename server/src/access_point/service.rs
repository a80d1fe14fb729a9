//! AccessPointService.

use rollcall_proto::v1::{
    AccessPoint, CreateAccessPointRequest, DeleteAccessPointRequest, DeleteAccessPointResponse,
    ListAccessPointsRequest, ListAccessPointsResponse, access_point, access_point_service_server::AccessPointService,
};
use tonic::{Request, Response, Status};

use crate::{
    clock::Clock,
    convert,
    entity::access_point::{Kind, Model},
    keys::Keys,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::Store,
};

/// What access points need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
}

#[tonic::async_trait]
impl AccessPointService for Service {
    async fn list_access_points(
        &self,
        request: Request<ListAccessPointsRequest>,
    ) -> Result<Response<ListAccessPointsResponse>, Status> {
        let principal = Principal::of(&request)?;
        Ok(Response::new(self.list_access_points(&principal, request.into_inner()).await?))
    }

    async fn create_access_point(
        &self,
        request: Request<CreateAccessPointRequest>,
    ) -> Result<Response<AccessPoint>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.create_access_point(&principal, request.into_inner(), origin).await?)))
    }

    async fn delete_access_point(
        &self,
        request: Request<DeleteAccessPointRequest>,
    ) -> Result<Response<DeleteAccessPointResponse>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = convert::id("id", &request.get_ref().id)?;
        self.delete_access_point(&principal, id, origin).await?;
        Ok(Response::new(DeleteAccessPointResponse {}))
    }
}

pub fn to_proto(found: Model) -> AccessPoint {
    let kind = match found.kind {
        Kind::Wifi => access_point::Type::Wifi,
        Kind::Bluetooth => access_point::Type::Bluetooth,
    };
    AccessPoint {
        id: found.id.to_string(),
        location_id: found.location_id.to_string(),
        bssid: found.bssid,
        ssid: found.ssid,
        min_rssi_dbm: found.min_rssi_dbm,
        r#type: kind.into(),
    }
}

pub fn kind_from_proto(kind: access_point::Type) -> Result<Kind, Problem> {
    match kind {
        access_point::Type::Unspecified => Err(Problem::invalid_field("type", "is required")),
        access_point::Type::Wifi => Ok(Kind::Wifi),
        access_point::Type::Bluetooth => Ok(Kind::Bluetooth),
    }
}
