//! CheckInService.

use rollcall_proto::v1::{AttendanceRecord, CheckInRequest, check_in_service_server::CheckInService};
use tonic::{Request, Response, Status};

use super::{
    convert::{status_name, to_proto},
    earlier::EarlierPlaces,
    writer::Writer,
};
use crate::{
    clock::Clock,
    code::{OneTimePasswords, Rotation},
    face::Faces,
    fingerprint::SeenScans,
    organisation::CampusNetworks,
    origin::Origin,
    principal::Principal,
    store::Store,
};

/// What checking in needs.
#[derive(Clone)]
pub struct Service {
    pub store: Store,
    pub clock: Clock,
    pub rotation: Rotation,
    pub passwords: OneTimePasswords,
    pub scans: SeenScans,
    pub earlier: EarlierPlaces,
    pub faces: Faces,
    pub campus: CampusNetworks,
    /// For the nonces that devices sign.
    pub nonce_key: [u8; 32],
    pub writer: Writer,
}

#[tonic::async_trait]
impl CheckInService for Service {
    async fn check_in(&self, request: Request<CheckInRequest>) -> Result<Response<AttendanceRecord>, Status> {
        let (principal, origin) = (Principal::of(&request)?, Origin::of(&request));
        let settled = self.check_in(&principal, request.into_inner(), origin).await;
        let verdict = match &settled {
            Ok(settled) if settled.replayed => "REPLAYED",
            Ok(settled) => status_name(settled.record.status),
            Err(problem) => problem.reason.as_str_name(),
        };
        metrics::counter!("rollcall_check_ins_total", "verdict" => verdict).increment(1);
        let settled = settled?;
        Ok(Response::new(AttendanceRecord { replayed: settled.replayed, ..to_proto(&settled.record) }))
    }
}
