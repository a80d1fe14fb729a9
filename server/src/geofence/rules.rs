//! What a location must be beyond the rules of its fields.

use rollcall_proto::v1::{CreateLocationRequest, Location};

use super::{Circle, convert, shape::Shape};
use crate::{
    entity::location::Polygon,
    mask::Mask,
    problem::{ErrorReason, Problem, Violation},
};

const RADIUS_METERS: std::ops::RangeInclusive<f64> = 1.0..=100_000.0;
/// What a circle is given by, and a polygon says itself.
const OF_A_CIRCLE: [&str; 3] = ["latitude", "longitude", "radius_meters"];

/// What an update does to a fence beyond its centre and radius.
#[derive(Clone, Debug, PartialEq)]
pub enum Outline {
    AsItWas,
    Circle,
    Polygon(Shape),
}

/// The fence of a new location.
pub fn read_fence(
    request: &mut CreateLocationRequest,
    default_radius_meters: f64,
) -> Result<(Circle, Option<Polygon>), Problem> {
    let CreateLocationRequest { latitude, longitude, radius_meters, .. } = *request;
    let given = [latitude, longitude, radius_meters].map(|value| value.is_some());
    let shape = convert::shape("polygon", std::mem::take(&mut request.polygon));
    if let Some(Shape { polygon, circle }) = shape.map_err(invalid)? {
        let violations = OF_A_CIRCLE.into_iter().zip(given).filter(|(_, given)| *given);
        let violations: Vec<_> = violations.map(|(field, _)| follows(field)).collect();
        return if violations.is_empty() { Ok((circle, Some(polygon))) } else { Err(invalid(violations)) };
    }
    let (Some(latitude), Some(longitude)) = (latitude, longitude) else {
        let missing = OF_A_CIRCLE[..2].iter().zip(given).filter(|(_, given)| !given);
        let missing = missing.map(|(field, _)| violation(field, "is required, unless a polygon is given"));
        return Err(invalid(missing.collect()));
    };
    Ok((Circle { latitude, longitude, radius_meters: radius_meters.unwrap_or(default_radius_meters) }, None))
}

/// Whether the fields that are to change can take what is given for them, and what becomes of the outline. What replaces a
/// location must be a whole one: a position of 0, 0 was left out, since no building stands in the Gulf of Guinea. Whoever
/// replaces it with what they have read sends centre and radius beside the polygon; who names them means them.
pub fn check_update(wanted: &mut Location, mask: &Mask, names_fields: bool) -> Result<Outline, Problem> {
    let mut violations = Vec::new();
    if mask.has("name") && wanted.name.is_empty() {
        violations.push(violation("location.name", "is required"));
    }
    let mut outline = if mask.has("polygon") { Outline::Circle } else { Outline::AsItWas };
    if mask.has("polygon") && !wanted.polygon.is_empty() {
        match convert::shape("location.polygon", std::mem::take(&mut wanted.polygon)) {
            Ok(shape) => outline = shape.map_or(Outline::Circle, Outline::Polygon),
            Err(faults) => violations.extend(faults),
        }
        if names_fields {
            let named = OF_A_CIRCLE.into_iter().filter(|field| mask.has(field));
            violations.extend(named.map(|field| follows(&format!("location.{field}"))));
        }
    } else {
        if mask.has("latitude") && mask.has("longitude") && wanted.latitude == 0.0 && wanted.longitude == 0.0 {
            violations.push(violation("location.latitude", "is required, with the longitude"));
        }
        if mask.has("radius_meters") && !RADIUS_METERS.contains(&wanted.radius_meters) {
            violations.push(violation("location.radius_meters", "must be at least 1 and at most 100000"));
        }
    }
    if violations.is_empty() { Ok(outline) } else { Err(invalid(violations)) }
}

/// Whether the fields that are to change can, where the location has a polygon and keeps it.
pub fn check_beside_polygon(mask: &Mask) -> Result<(), Problem> {
    let named = OF_A_CIRCLE.into_iter().filter(|field| mask.has(field));
    let violations: Vec<_> = named.map(|field| follows(&format!("location.{field}"))).collect();
    if violations.is_empty() { Ok(()) } else { Err(invalid(violations)) }
}

fn follows(field: &str) -> Violation {
    violation(field, "follows from the polygon: leave it out, or send an empty polygon for a circle")
}

fn violation(field: &str, description: &str) -> Violation {
    Violation { field: field.to_owned(), description: description.to_owned() }
}

fn invalid(violations: Vec<Violation>) -> Problem {
    Problem::invalid(ErrorReason::InvalidField, violations)
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
            let problem = check_update(&mut wanted.clone(), &mask, false).err();
            let found = problem.map(|problem| problem.violations).unwrap_or_default();
            let found: Vec<_> = found.iter().map(|violation| violation.field.as_str()).collect();
            assert_eq!(found, expected, "{wanted:?} {writable:?}");
        }
    }
}
