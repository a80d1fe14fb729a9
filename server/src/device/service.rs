//! DeviceService.

use rollcall_proto::v1::{
    ApproveDeviceRequest, EnrolDeviceRequest, EnrolledDevice, GetCheckInNonceRequest, GetCheckInNonceResponse,
    ListDevicesRequest, ListDevicesResponse, ListMyDevicesRequest, ListMyDevicesResponse, RevokeDeviceRequest,
    device_service_server::DeviceService,
};
use tonic::{Request, Response, Status};

use super::convert::to_proto;
use crate::{caching, clock::Clock, convert::id, keys::Keys, origin::Origin, principal::Principal, store::Store};

/// What devices need.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
}

#[tonic::async_trait]
impl DeviceService for Service {
    async fn get_check_in_nonce(
        &self,
        request: Request<GetCheckInNonceRequest>,
    ) -> Result<Response<GetCheckInNonceResponse>, Status> {
        let principal = Principal::of(&request)?;
        let mut response = Response::new(self.get_check_in_nonce(&principal));
        caching::forbid(response.metadata_mut());
        Ok(response)
    }

    async fn enrol_device(&self, request: Request<EnrolDeviceRequest>) -> Result<Response<EnrolledDevice>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        Ok(Response::new(to_proto(self.enrol_device(&principal, request.into_inner(), origin).await?)))
    }

    async fn list_my_devices(
        &self,
        request: Request<ListMyDevicesRequest>,
    ) -> Result<Response<ListMyDevicesResponse>, Status> {
        let principal = Principal::of(&request)?;
        let devices = self.list_my_devices(&principal).await?;
        Ok(Response::new(ListMyDevicesResponse { devices: devices.into_iter().map(to_proto).collect() }))
    }

    async fn list_devices(
        &self,
        request: Request<ListDevicesRequest>,
    ) -> Result<Response<ListDevicesResponse>, Status> {
        let principal = Principal::of(&request)?;
        let user_id = id("user_id", &request.get_ref().user_id)?;
        let devices = self.list_devices(&principal, user_id).await?;
        Ok(Response::new(ListDevicesResponse { devices: devices.into_iter().map(to_proto).collect() }))
    }

    async fn approve_device(&self, request: Request<ApproveDeviceRequest>) -> Result<Response<EnrolledDevice>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = id("id", &request.get_ref().id)?;
        Ok(Response::new(to_proto(self.approve_device(&principal, id, origin).await?)))
    }

    async fn revoke_device(&self, request: Request<RevokeDeviceRequest>) -> Result<Response<EnrolledDevice>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let id = id("id", &request.get_ref().id)?;
        Ok(Response::new(to_proto(self.revoke_device(&principal, id, origin).await?)))
    }
}
