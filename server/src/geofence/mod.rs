//! Places and the fences around them, and whether a position lies inside one.
//!
//! Promises: distances are geodesic, on the WGS 84 ellipsoid, and right across the antimeridian and at the poles; a position
//! that is no place on earth never gets as far as a verdict.

mod convert;
mod copies;
mod create_location;
mod crossing;
mod delete_location;
mod described;
mod export_locations;
mod feature;
mod fence;
mod fences;
mod flat;
mod geojson;
mod geometry;
mod get_location;
mod import_locations;
mod json;
mod list_locations;
pub mod many;
mod outside;
mod path;
mod places;
mod plane;
mod probability;
mod properties;
mod rules;
mod service;
mod shape;
mod store;
mod update_location;
mod validate_point;

pub use copies::{load, refresh};
pub use described::{Becomes, Described, Outline, Terms};
pub use fence::{Circle, Fence, Place, Position, Sighting};
pub use geometry::read_polygon;
pub use outside::Outside;
pub use places::{compare, most_probable};
pub use service::Service;
pub use shape::Shape;
pub use store::{find, find_in, find_others};

const RESOURCE: &str = "location";
