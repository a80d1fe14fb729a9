//! Locations as the contract has them.

use rollcall_proto::v1::{Location, Ring, Vertex};

use super::shape::{At, Fault, Shape};
use crate::{
    entity::location::{Model, Polygon},
    problem::Violation,
};

pub fn to_proto(location: Model) -> Location {
    Location {
        id: location.id.to_string(),
        name: location.name,
        latitude: location.latitude,
        longitude: location.longitude,
        radius_meters: location.radius_meters,
        building: location.building,
        classroom_number: location.classroom_number,
        capacity: location.capacity.unwrap_or_default(),
        polygon: location.polygon.map(rings).unwrap_or_default(),
    }
}

/// How many people a location holds; 0 says nothing.
pub fn capacity(people: i32) -> Option<i32> {
    (people > 0).then_some(people)
}

/// Without the first vertex again at the end.
fn rings(polygon: Polygon) -> Vec<Ring> {
    let vertex = |[longitude, latitude]: [f64; 2]| Vertex { latitude: Some(latitude), longitude: Some(longitude) };
    let ring = |mut ring: Vec<[f64; 2]>| {
        ring.pop();
        Ring { vertices: ring.into_iter().map(vertex).collect() }
    };
    polygon.coordinates.into_iter().map(ring).collect()
}

/// The shape of a polygon, none where it has no rings. `field` is the polygon's path.
pub fn shape(field: &str, polygon: Vec<Ring>) -> Result<Option<Shape>, Vec<Violation>> {
    if polygon.is_empty() {
        return Ok(None);
    }
    let position = |vertex: Vertex| [vertex.longitude.unwrap_or_default(), vertex.latitude.unwrap_or_default()];
    let rings = polygon.into_iter().map(|ring| ring.vertices.into_iter().map(position).collect()).collect();
    let violation = |Fault { at, description }| {
        let field = match at {
            At::Polygon => field.to_owned(),
            At::Ring(ring) => format!("{field}[{ring}]"),
            At::Vertex(ring, vertex) => format!("{field}[{ring}].vertices[{vertex}]"),
        };
        Violation { field, description }
    };
    Shape::of(rings).map(Some).map_err(|faults| faults.into_iter().map(violation).collect())
}
