//! Whether a reported position lies inside a fence: a circle or a polygon.
//!
//! A phone reports the radius that its true position lies in with a probability of 68 % (Android's `getAccuracy`, iOS'
//! `horizontalAccuracy` alike). With e the distance to the fence's edge, negative inside, and a that accuracy: inside where
//! e + a ≤ 0, outside where e − a > 0, uncertain between the two. At most 50 m of a are listened to, or a phone that claims
//! to know nothing would be uncertain everywhere on earth.

use geo::{
    Coord, CoordinatePosition as _, Distance as _, Euclidean, Geodesic, LineString, Point,
    coordinate_position::CoordPos,
};

use super::plane::Plane;
use crate::entity::location;

/// How much claimed inaccuracy is listened to, in metres.
const MAX_ACCURACY_METERS: f64 = 50.0;
/// From so far away the nearest vertex of a polygon tells the distance well enough, and a plane around the point does not: on
/// the other side of the earth it shows a small ring as one that goes all around.
const FAR_METERS: f64 = 1_000_000.0;

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
    /// The circle of accuracy crosses the fence.
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
    ///
    /// The edges of a polygon are geodesics. They are judged in a plane around the point, where they are as straight as they
    /// are near: the side is right, the distance to a centimetre within 100 m of an edge and to a thousandth beyond.
    pub fn edge_distance_meters(&self, latitude: f64, longitude: f64, distance_meters: f64) -> f64 {
        let beyond = distance_meters - self.circle().radius_meters;
        let Self::Polygon(_, polygon) = self else { return beyond };
        let plane = Plane::around([longitude, latitude]);
        let lay = |ring: &Vec<[f64; 2]>| ring.iter().map(|position| plane.lay(*position)).collect::<Vec<Coord>>();
        let mut rings = polygon.coordinates.iter().map(lay);
        if beyond > FAR_METERS {
            return rings.flatten().map(|vertex| vertex.x.hypot(vertex.y)).fold(f64::INFINITY, f64::min);
        }
        let outer = LineString::from(rings.next().unwrap_or_default());
        let flat = geo::Polygon::new(outer, rings.map(LineString::from).collect());
        let edges = std::iter::once(flat.exterior()).chain(flat.interiors()).flat_map(LineString::lines);
        let to_edge = edges.map(|edge| Euclidean.distance(&Point::new(0.0, 0.0), &edge)).fold(f64::INFINITY, f64::min);
        let is_inside = beyond <= 0.0 && flat.coordinate_position(&Coord::zero()) != CoordPos::Outside;
        if is_inside { -to_edge } else { to_edge }
    }

    pub fn sight(&self, position: &Position) -> Sighting {
        let Position { latitude, longitude, accuracy_meters } = *position;
        let distance_meters = self.circle().distance_meters(latitude, longitude);
        let edge_distance_meters = self.edge_distance_meters(latitude, longitude, distance_meters);
        let accuracy = accuracy_meters.unwrap_or(0.0).min(MAX_ACCURACY_METERS);
        let place = if edge_distance_meters + accuracy <= 0.0 {
            Place::Inside
        } else if edge_distance_meters - accuracy > 0.0 {
            Place::Outside
        } else {
            Place::Uncertain
        };
        Sighting { place, distance_meters, edge_distance_meters }
    }
}

#[cfg(test)]
#[path = "fence_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "oracle_tests.rs"]
mod oracle_tests;
