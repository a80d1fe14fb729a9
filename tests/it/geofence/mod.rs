//! GeofenceService: places and their fences.

mod change;
mod import;
mod locations;
mod polygon;
mod validate_point;
