//! A location as a feature of a GeoJSON file.

use serde::Serialize;
use uuid::Uuid;

use crate::entity::location::{Model, Polygon};

#[derive(Serialize)]
#[serde(tag = "type")]
pub struct Feature {
    id: Uuid,
    properties: Properties,
    geometry: Geometry,
}

/// What ImportLocations reads.
#[derive(Serialize)]
struct Properties {
    name: String,
    building: String,
    classroom_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<i32>,
    /// A polygon has none of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    radius_meters: Option<f64>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Geometry {
    Point(Point),
    Polygon(Polygon),
}

#[derive(Serialize)]
#[serde(tag = "type")]
struct Point {
    coordinates: [f64; 2],
}

pub fn of(location: Model) -> Feature {
    let (radius_meters, geometry) = match location.polygon {
        Some(polygon) => (None, Geometry::Polygon(polygon)),
        None => {
            let coordinates = [location.longitude, location.latitude];
            (Some(location.radius_meters), Geometry::Point(Point { coordinates }))
        }
    };
    let Model { id, name, building, classroom_number, capacity, .. } = location;
    Feature { id, properties: Properties { name, building, classroom_number, capacity, radius_meters }, geometry }
}
