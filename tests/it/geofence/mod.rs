//! GeofenceService: places and their fences.

mod locations;
mod validate_point;
