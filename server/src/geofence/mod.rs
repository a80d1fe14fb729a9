//! Places and the fences around them, and whether a position lies inside one.
//!
//! Promises: distances are geodesic, on the WGS 84 ellipsoid, and right across the antimeridian and at the poles; a position
//! that is no place on earth never gets as far as a verdict.

mod copies;
mod create_location;
mod delete_location;
mod fence;
mod get_location;
mod list_locations;
mod rules;
mod service;
mod store;
mod update_location;
mod validate_point;

pub use copies::{load, refresh};
pub use fence::{Fence, Place, Position};
pub use service::Service;
pub use store::find;

const RESOURCE: &str = "location";
