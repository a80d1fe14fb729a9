//! ValidatePoint: load the college's fences → choose the nearest → tell.

use rollcall_proto::v1::ValidatePointResponse;

use super::{Fence, RESOURCE, copies, service::Service};
use crate::{entity::location, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn validate(
        &self,
        principal: &Principal,
        latitude: f64,
        longitude: f64,
    ) -> Result<ValidatePointResponse, Problem> {
        let college_id = principal.college_id;
        let locations = copies::load_all(&self.store, college_id).await?;
        let (location, distance_meters) =
            nearest(&locations, latitude, longitude).ok_or_else(|| Problem::not_found(RESOURCE))?;
        Ok(ValidatePointResponse {
            inside: distance_meters <= location.radius_meters,
            location_id: location.id.to_string(),
            location_name: location.name.clone(),
            distance_meters,
        })
    }
}

/// The location whose fence's edge is nearest, one that holds the point before all others; and the distance to its centre.
fn nearest(locations: &[location::Model], latitude: f64, longitude: f64) -> Option<(&location::Model, f64)> {
    locations
        .iter()
        .map(|location| (location, Fence::from(location).distance_meters(latitude, longitude)))
        .min_by(|(a, to_a), (b, to_b)| (to_a - a.radius_meters).total_cmp(&(to_b - b.radius_meters)))
}
