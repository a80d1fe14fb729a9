//! Whether a reported position lies inside a fence: a circle or a polygon.
//!
//! A phone reports the radius that its true position lies in with a probability of 68 % (Android's `getAccuracy`, iOS'
//! `horizontalAccuracy` alike), from which `probability.rs` has how probably somebody is inside. At most 50 m of it are listened
//! to, or a phone that claims to know nothing would be uncertain everywhere on earth.
//!
//! Inside is who is there with 80 %. Outside is whose probability is less than 0.4 % of what the same phone would give
//! in the middle of the place, and not less than a fixed one: in a place that is small beside the accuracy nobody has more
//! than a few per cent, wherever they stand. So an honest phone is called outside about once in 200 times at most, however small
//! the place is; `positions_tests.rs` has the figures.

use geo::{Distance as _, Geodesic, Point};

use super::{flat::Flat, probability};
use crate::entity::location;

/// How much claimed inaccuracy is listened to, in metres.
const MAX_ACCURACY_METERS: f64 = 50.0;
/// Who is there with so much is inside.
const INSIDE: f64 = 0.8;
/// Who has less than this share of what the middle of the place has is outside.
const OUTSIDE: f64 = 0.004;
/// From so far away the nearest vertex of a polygon tells the distance well enough, and a plane around the point does not: on
/// the other side of the earth it shows a small ring as one that goes all around.
const FAR_METERS: f64 = 1_000_000.0;
/// What a phone knows better than this, it knows exactly.
const EXACT_METERS: f64 = 0.001;

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
pub struct Circle {
    pub latitude: f64,
    pub longitude: f64,
    pub radius_meters: f64,
}

/// What surrounds a location.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fence<'a> {
    Circle(Circle),
    /// With the circle that holds it.
    Polygon(Circle, &'a location::Polygon),
}

/// Where a position lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Inside,
    Outside,
    /// Neither can be told from the position.
    Uncertain,
}

/// Where a position lies, and how far from what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sighting {
    pub place: Place,
    /// From the fence's centre.
    pub distance_meters: f64,
    /// From the fence's edge; negative inside.
    pub edge_distance_meters: f64,
    /// How probably it is inside, from 0 to 1.
    pub inside_probability: f64,
}

impl Circle {
    /// From the centre to a point, in metres along the ellipsoid (Karney 2013).
    pub fn distance_meters(&self, latitude: f64, longitude: f64) -> f64 {
        Geodesic.distance(Point::new(self.longitude, self.latitude), Point::new(longitude, latitude))
    }
}

impl<'a> From<&'a location::Model> for Fence<'a> {
    fn from(location: &'a location::Model) -> Self {
        let location::Model { latitude, longitude, radius_meters, .. } = *location;
        let circle = Circle { latitude, longitude, radius_meters };
        match &location.polygon {
            None => Self::Circle(circle),
            Some(polygon) => Self::Polygon(circle, polygon),
        }
    }
}

impl Fence<'_> {
    /// The circle, or the one that holds the polygon.
    pub const fn circle(&self) -> &Circle {
        match self {
            Self::Circle(circle) | Self::Polygon(circle, _) => circle,
        }
    }

    /// From a point to the fence's edge, in metres; negative inside. `distance_meters` is that to the centre.
    pub fn edge_distance_meters(&self, latitude: f64, longitude: f64, distance_meters: f64) -> f64 {
        let beyond = distance_meters - self.circle().radius_meters;
        match self {
            Self::Circle(_) => beyond,
            Self::Polygon(_, polygon) => edge_distance_meters(&Flat::around([longitude, latitude], polygon), beyond),
        }
    }

    pub fn sight(&self, position: &Position) -> Sighting {
        let Position { latitude, longitude, accuracy_meters } = *position;
        let distance_meters = self.circle().distance_meters(latitude, longitude);
        let radius_meters = self.circle().radius_meters;
        let beyond = distance_meters - radius_meters;
        let deviation = probability::deviation(accuracy_meters.unwrap_or(0.0).min(MAX_ACCURACY_METERS));
        let flat = match self {
            Self::Circle(_) => None,
            Self::Polygon(_, polygon) => Some(Flat::around([longitude, latitude], polygon)),
        };
        let edge_distance_meters = flat.as_ref().map_or(beyond, |flat| edge_distance_meters(flat, beyond));
        let is_inside = edge_distance_meters <= 0.0;
        let (inside_probability, best) = if deviation < EXACT_METERS || beyond > FAR_METERS {
            (f64::from(u8::from(is_inside)), 1.0)
        } else if let Some(flat) = &flat {
            let inside = flat.inside_probability(deviation);
            // Where the middle has not less than all, it need not be asked.
            (inside, if inside < OUTSIDE { flat.best_probability(deviation) } else { 1.0 })
        } else {
            let best = probability::at_centre(radius_meters, deviation);
            (probability::of_circle(radius_meters, distance_meters, deviation), best)
        };
        let place = if inside_probability >= INSIDE {
            Place::Inside
        } else if inside_probability < OUTSIDE * best && !is_inside {
            Place::Outside
        } else {
            Place::Uncertain
        };
        Sighting { place, distance_meters, edge_distance_meters, inside_probability }
    }
}

/// The same for a polygon that is laid flat, of whose circle the point is so far outside.
fn edge_distance_meters(flat: &Flat, beyond: f64) -> f64 {
    if beyond > FAR_METERS { flat.vertex_distance_meters() } else { flat.edge_distance_meters(beyond <= 0.0) }
}

#[cfg(test)]
#[path = "fence_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "oracle_tests.rs"]
mod oracle_tests;
