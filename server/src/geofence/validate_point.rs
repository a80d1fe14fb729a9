//! ValidatePoint: load the college's fences → choose the nearest → tell.

use rollcall_proto::v1::ValidatePointResponse;

use super::{RESOURCE, copies, fences::Nearest, service::Service};
use crate::{principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn validate_point(
        &self,
        principal: &Principal,
        latitude: f64,
        longitude: f64,
    ) -> Result<ValidatePointResponse, Problem> {
        let college_id = principal.college_id;
        let fences = copies::load_all(&self.store, college_id).await?;
        let Nearest { location, distance_meters, edge_distance_meters } =
            fences.nearest(latitude, longitude).ok_or_else(|| Problem::not_found(RESOURCE))?;
        Ok(ValidatePointResponse {
            inside: edge_distance_meters <= 0.0,
            location_id: location.id.to_string(),
            location_name: location.name.clone(),
            distance_meters,
            edge_distance_meters,
        })
    }
}
