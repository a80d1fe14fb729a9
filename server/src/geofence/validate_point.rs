//! ValidatePoint: load the college's fences → choose the nearest → tell.

use rollcall_proto::v1::ValidatePointResponse;

use super::{Fence, RESOURCE, service::Service, store};
use crate::{entity::location, principal::Principal, problem::Problem, store::CacheKey};

struct AllLocations {
    college_id: uuid::Uuid,
}

impl CacheKey for AllLocations {
    type Value = Vec<location::Model>;

    const KIND: &'static str = "locations";

    fn college_id(&self) -> uuid::Uuid {
        self.college_id
    }

    fn name(&self) -> String {
        String::new()
    }

    fn weight(locations: &Self::Value) -> u32 {
        1 + u32::try_from(locations.len() / 4).unwrap_or(u32::MAX - 1)
    }
}

impl Service {
    pub(super) async fn validate(
        &self,
        principal: &Principal,
        latitude: f64,
        longitude: f64,
    ) -> Result<ValidatePointResponse, Problem> {
        let college_id = principal.college_id;
        let load = || async { store::list_all(&self.store.database, college_id).await };
        let locations = self.store.cache.get(&AllLocations { college_id }, load).await?;
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
