//! GeofenceService: places and their fences.

mod change;
mod locations;
mod validate_point;
