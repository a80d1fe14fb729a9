//! ValidatePoint: load the college's fences → choose the nearest → tell.

use rollcall_proto::v1::ValidatePointResponse;

use super::{Fence, RESOURCE, copies, service::Service};
use crate::{entity::location, principal::Principal, problem::Problem};

impl Service {
    pub(super) async fn validate_point(
        &self,
        principal: &Principal,
        latitude: f64,
        longitude: f64,
    ) -> Result<ValidatePointResponse, Problem> {
        let college_id = principal.college_id;
        let locations = copies::load_all(&self.store, college_id).await?;
        let Nearest { location, distance_meters, edge_distance_meters } =
            nearest(&locations, latitude, longitude).ok_or_else(|| Problem::not_found(RESOURCE))?;
        Ok(ValidatePointResponse {
            inside: edge_distance_meters <= 0.0,
            location_id: location.id.to_string(),
            location_name: location.name.clone(),
            distance_meters,
            edge_distance_meters,
        })
    }
}

/// A location, and how far a point is from its centre and its edge.
struct Nearest<'a> {
    location: &'a location::Model,
    distance_meters: f64,
    edge_distance_meters: f64,
}

/// The location whose fence's edge is nearest, or that the point lies deepest inside.
fn nearest(locations: &[location::Model], latitude: f64, longitude: f64) -> Option<Nearest<'_>> {
    let around = |location| {
        let distance_meters = Fence::from(location).circle().distance_meters(latitude, longitude);
        Nearest { location, distance_meters, edge_distance_meters: distance_meters - location.radius_meters }
    };
    let mut around: Vec<_> = locations.iter().map(around).collect();
    around.sort_by(|one, other| one.edge_distance_meters.total_cmp(&other.edge_distance_meters));
    // A polygon lies within its circle: no edge is nearer than the circle's, so that few polygons are looked at.
    let mut found: Option<Nearest<'_>> = None;
    for mut next in around {
        if found.as_ref().is_some_and(|found| found.edge_distance_meters <= next.edge_distance_meters) {
            break;
        }
        let fence = Fence::from(next.location);
        next.edge_distance_meters = fence.edge_distance_meters(latitude, longitude, next.distance_meters);
        if found.as_ref().is_none_or(|found| next.edge_distance_meters < found.edge_distance_meters) {
            found = Some(next);
        }
    }
    found
}
