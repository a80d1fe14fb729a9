//! Whether a reported position lies inside a circle.
//!
//! A phone reports the radius that its true position lies in with a probability of 68 % (Android's `getAccuracy`, iOS'
//! `horizontalAccuracy` alike). With d the distance to the centre, r the fence's radius and a that accuracy: inside where
//! d + a ≤ r, outside where d − a > r, uncertain between the two. At most 50 m of a are listened to, or a phone that claims
//! to know nothing would be uncertain everywhere on earth.

use geo::{Distance as _, Geodesic, Point};

use crate::entity::location;

/// How much claimed inaccuracy is listened to, in metres.
const MAX_ACCURACY_METERS: f64 = 50.0;

/// A position as a device reports it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// The 68 % radius in metres; none where the device says nothing.
    pub accuracy_meters: Option<f64>,
}

/// A circle on the earth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fence {
    pub latitude: f64,
    pub longitude: f64,
    pub radius_meters: f64,
}

/// Where a position lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Inside,
    Outside,
    /// The circle of accuracy crosses the fence.
    Uncertain,
}

impl From<&location::Model> for Fence {
    fn from(location: &location::Model) -> Self {
        Self { latitude: location.latitude, longitude: location.longitude, radius_meters: location.radius_meters }
    }
}

impl Fence {
    /// From the fence's centre to a point, in metres along the ellipsoid (Karney 2013).
    pub fn distance_meters(&self, latitude: f64, longitude: f64) -> f64 {
        Geodesic.distance(Point::new(self.longitude, self.latitude), Point::new(longitude, latitude))
    }

    pub fn place(&self, position: &Position) -> (Place, f64) {
        let distance = self.distance_meters(position.latitude, position.longitude);
        let accuracy = position.accuracy_meters.unwrap_or(0.0).min(MAX_ACCURACY_METERS);
        let place = if distance + accuracy <= self.radius_meters {
            Place::Inside
        } else if distance - accuracy > self.radius_meters {
            Place::Outside
        } else {
            Place::Uncertain
        };
        (place, distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FENCE: Fence = Fence { latitude: 18.52, longitude: 73.85, radius_meters: 50.0 };

    /// So many metres north of the fence's centre.
    fn north(meters: f64, accuracy_meters: Option<f64>) -> Position {
        Position { latitude: FENCE.latitude + meters / 110_660.0, longitude: FENCE.longitude, accuracy_meters }
    }

    #[test]
    fn a_position_is_inside_outside_or_uncertain() {
        use Place::{Inside, Outside, Uncertain};
        let table = [
            (north(0.0, None), Inside),
            (north(49.0, None), Inside),
            (north(51.0, None), Outside),
            (north(30.0, Some(10.0)), Inside),
            (north(45.0, Some(10.0)), Uncertain),
            (north(55.0, Some(10.0)), Uncertain),
            (north(65.0, Some(10.0)), Outside),
            // However little a phone claims to know, it is not believed to be anywhere.
            (north(99.0, Some(100_000.0)), Uncertain),
            (north(101.0, Some(100_000.0)), Outside),
            (north(0.0, Some(100_000.0)), Inside),
        ];
        for (position, expected) in table {
            assert_eq!(FENCE.place(&position).0, expected, "{position:?}");
        }
    }

    #[test]
    fn distances_hold_everywhere_on_earth() {
        // From GeographicLib 2.0, in metres.
        let table = [
            ((0.0, 179.9999), (0.0, -179.9999), 22.26),
            ((89.9999, 0.0), (89.9999, 180.0), 22.34),
            ((90.0, 0.0), (90.0, 123.0), 0.0),
            ((0.0, 0.0), (0.0, 1.0), 111_319.49),
            ((40.64, -73.78), (1.36, 103.99), 15_347_512.94),
        ];
        for ((latitude, longitude), (to_latitude, to_longitude), expected) in table {
            let distance = Fence { latitude, longitude, radius_meters: 1.0 }.distance_meters(to_latitude, to_longitude);
            assert!((distance - expected).abs() < 0.01, "{distance} is not {expected}");
        }
    }
}
