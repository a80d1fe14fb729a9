//! A polygon, laid flat around a point.

use geo::{
    Coord, CoordinatePosition as _, Distance as _, Euclidean, InteriorPoint as _, LineString, Point,
    coordinate_position::CoordPos,
};

use super::{plane::Plane, probability};
use crate::entity::location;

/// Edges are geodesics. They are judged in a plane around the point, where they are as straight as they are near: the side is
/// right, the distance to a centimetre within 100 m of an edge and to a thousandth beyond.
pub struct Flat(geo::Polygon);

impl Flat {
    /// Around a position in degrees: longitude, latitude.
    pub fn around(point: [f64; 2], polygon: &location::Polygon) -> Self {
        let plane = Plane::around(point);
        let lay = |ring: &Vec<[f64; 2]>| LineString::from_iter(ring.iter().map(|position| plane.lay(*position)));
        let mut rings = polygon.coordinates.iter().map(lay);
        let outer = rings.next().unwrap_or_else(|| LineString::new(vec![]));
        Self(geo::Polygon::new(outer, rings.collect()))
    }

    fn rings(&self) -> impl Iterator<Item = &LineString> {
        std::iter::once(self.0.exterior()).chain(self.0.interiors())
    }

    /// From the point to the nearest edge, in metres; negative inside, where that may be.
    pub fn edge_distance_meters(&self, may_be_inside: bool) -> f64 {
        let edges = self.rings().flat_map(LineString::lines);
        let to_edge = edges.map(|edge| Euclidean.distance(&Point::new(0.0, 0.0), &edge)).fold(f64::INFINITY, f64::min);
        let is_inside = may_be_inside && self.0.coordinate_position(&Coord::zero()) != CoordPos::Outside;
        if is_inside { -to_edge } else { to_edge }
    }

    /// From the point to the nearest vertex, in metres.
    pub fn vertex_distance_meters(&self) -> f64 {
        self.rings().flat_map(LineString::coords).map(|at| at.x.hypot(at.y)).fold(f64::INFINITY, f64::min)
    }

    /// How probably the truth is inside, where the point is wrong by this standard deviation in metres.
    pub fn inside_probability(&self, deviation: f64) -> f64 {
        probability::of_polygon(&self.0, Coord::zero(), deviation)
    }

    /// The same from the middle of the widest line from west to east halfway up, where it is near to the most there is.
    pub fn best_probability(&self, deviation: f64) -> f64 {
        let middle = self.0.interior_point().map_or(Coord::zero(), Coord::from);
        probability::of_polygon(&self.0, middle, deviation)
    }
}
