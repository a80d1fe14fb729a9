//! Locations, as a file names them.

use chrono::{DateTime, Utc};

use super::world;
use crate::{
    entity::location::Model,
    geofence::{Circle, Shape},
    problem::Problem,
};

/// The rows, each with the circle that holds its fence.
pub fn rows(
    locations: Vec<world::Location>,
    default_radius_meters: f64,
    now: DateTime<Utc>,
) -> Result<Vec<Model>, Problem> {
    let row = |location: world::Location| {
        let world::Location { latitude, longitude, radius_meters, .. } = location;
        let circle = Circle { latitude, longitude, radius_meters: radius_meters.unwrap_or(default_radius_meters) };
        let shape = location.polygon.map(Shape::of).transpose().map_err(|faults| {
            let first = faults.first().map(|fault| fault.description.as_str()).unwrap_or_default();
            Problem::invalid_field("locations.polygon", format!("of {}: {first}", location.id))
        })?;
        let (circle, polygon) = shape.map_or((circle, None), |shape| (shape.circle, Some(shape.polygon)));
        Ok(Model {
            college_id: location.college_id,
            id: location.id,
            name: location.name,
            latitude: circle.latitude,
            longitude: circle.longitude,
            radius_meters: circle.radius_meters,
            polygon,
            building: location.building,
            classroom_number: location.classroom_number,
            capacity: None,
            created_at: now,
            updated_at: now,
        })
    };
    locations.into_iter().map(row).collect()
}
