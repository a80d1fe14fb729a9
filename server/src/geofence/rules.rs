//! What a location must be beyond the rules of its fields.

use rollcall_proto::v1::Location;

use crate::{
    mask::Mask,
    problem::{ErrorReason, Problem, Violation},
};

const RADIUS_METERS: std::ops::RangeInclusive<f64> = 1.0..=100_000.0;

/// Whether the fields that are to change can take what is given for them. What replaces a location must be a whole one: a
/// position of 0, 0 was left out, since no building stands in the Gulf of Guinea.
pub fn check_update(wanted: &Location, mask: &Mask) -> Result<(), Problem> {
    let mut violations = Vec::new();
    let mut fault = |field: &str, description: &str| {
        violations.push(Violation { field: format!("location.{field}"), description: description.to_owned() });
    };
    if mask.has("name") && wanted.name.is_empty() {
        fault("name", "is required");
    }
    if mask.has("latitude") && mask.has("longitude") && wanted.latitude == 0.0 && wanted.longitude == 0.0 {
        fault("latitude", "is required, with the longitude");
    }
    if mask.has("radius_meters") && !RADIUS_METERS.contains(&wanted.radius_meters) {
        fault("radius_meters", "must be at least 1 and at most 100000");
    }
    if violations.is_empty() { Ok(()) } else { Err(Problem::invalid(ErrorReason::InvalidField, violations)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_replaces_a_location_is_a_whole_one() {
        let all = ["name", "latitude", "longitude", "radius_meters", "building", "classroom_number"];
        let room = Location {
            name: "Room 1".to_owned(),
            latitude: 18.52,
            longitude: 73.85,
            radius_meters: 50.0,
            ..Default::default()
        };
        let table: [(Location, &[&'static str], &[&str]); 7] = [
            (room.clone(), &all, &[]),
            (Location::default(), &["building"], &[]),
            (Location::default(), &all, &["location.name", "location.latitude", "location.radius_meters"]),
            (Location { latitude: 0.0, ..room.clone() }, &all, &[]),
            (Location { latitude: 0.0, ..room.clone() }, &["latitude"], &[]),
            (Location { radius_meters: 0.5, ..room.clone() }, &all, &["location.radius_meters"]),
            (Location { radius_meters: 100_001.0, ..room }, &["radius_meters"], &["location.radius_meters"]),
        ];
        for (wanted, writable, expected) in table {
            let mask = Mask::read(None, writable).expect("a mask");
            let problem = check_update(&wanted, &mask).err();
            let found = problem.map(|problem| problem.violations).unwrap_or_default();
            let found: Vec<_> = found.iter().map(|violation| violation.field.as_str()).collect();
            assert_eq!(found, expected, "{wanted:?} {writable:?}");
        }
    }
}
