//! What a polygon must be to be a fence, and the one form that it is kept in.

use geo::{Area as _, Centroid as _, Coord, LineString, Validation as _};

use super::{crossing, fence::Circle, plane::Plane};
use crate::entity::location::Polygon;

/// As the contract has it of a polygon that comes in a call.
pub const MAX_RINGS: usize = 100;
/// The vertices of all rings of a polygon.
pub const MAX_VERTICES: usize = 500;
/// How far a fence reaches from its centre.
const MAX_RADIUS_METERS: f64 = 100_000.0;
const MIN_AREA_SQUARE_METERS: f64 = 1.0;
/// A tenth of a millimetre. Numbers of so few digits also stay the same in every JSON text, there and back.
const DECIMALS_OF_A_DEGREE: f64 = 1e9;

/// A polygon that can be a fence, and the circle that holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    pub polygon: Polygon,
    pub circle: Circle,
}

/// What is wrong with a polygon.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub at: At,
    pub description: String,
}

/// Where in a polygon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Polygon,
    Ring(usize),
    Vertex(usize, usize),
}

/// A ring in degrees: longitude, latitude, as in GeoJSON, without the first position again at the end.
type Ring = Vec<[f64; 2]>;

impl Shape {
    /// From the outer ring and its holes, in degrees: longitude, latitude. Rings may be closed and turn either way.
    pub fn of(rings: Vec<Ring>) -> Result<Self, Vec<Fault>> {
        let mut rings: Vec<Ring> = rings.into_iter().map(open).collect();
        one_by_one(&rings)?;
        let plane = Plane::around(rings[0][0]);
        let laid: Vec<Vec<Coord>> = rings.iter().map(|ring| ring.iter().map(|at| plane.lay(*at)).collect()).collect();
        near_enough(&laid)?;
        simple(&laid)?;
        let flat = geo::Polygon::new(line(&laid[0]), laid[1..].iter().map(|ring| line(ring)).collect());
        holes_inside(&flat)?;
        let circle = around(&rings[0], &plane, &flat)?;
        for (number, (ring, laid)) in rings.iter_mut().zip(&laid).enumerate() {
            let is_anticlockwise = geo::Polygon::new(line(laid), vec![]).signed_area() > 0.0;
            if is_anticlockwise != (number == 0) {
                ring[1..].reverse();
            }
        }
        let coordinates = rings.into_iter().map(close).collect();
        Ok(Self { polygon: Polygon { coordinates }, circle })
    }
}

/// What can be seen of each position and each ring by itself.
fn one_by_one(rings: &[Ring]) -> Result<(), Vec<Fault>> {
    let mut faults = Vec::new();
    let mut fault = |at, description: String| faults.push(Fault { at, description });
    if rings.is_empty() {
        fault(At::Polygon, "must have a ring".to_owned());
    }
    if rings.len() > MAX_RINGS {
        fault(At::Polygon, format!("must have at most {MAX_RINGS} rings"));
    }
    if rings.iter().map(Vec::len).sum::<usize>() > MAX_VERTICES {
        fault(At::Polygon, format!("must have at most {MAX_VERTICES} vertices"));
    }
    for (number, ring) in rings.iter().enumerate() {
        if ring.len() < 3 {
            fault(At::Ring(number), "must have at least 3 vertices".to_owned());
        }
        for (vertex, [longitude, latitude]) in ring.iter().enumerate() {
            for (value, word, limit) in [(longitude, "longitude", 180.0), (latitude, "latitude", 90.0)] {
                if !(-limit..=limit).contains(value) {
                    let description = format!("has the {word} {value}, which must be from -{limit} to {limit}");
                    fault(At::Vertex(number, vertex), description);
                }
            }
        }
    }
    none(faults)
}

/// Whether all lies within one neighbourhood, which is also what makes it nearly flat.
fn near_enough(laid: &[Vec<Coord>]) -> Result<(), Vec<Fault>> {
    let mut faults = Vec::new();
    for (number, ring) in laid.iter().enumerate() {
        let far = ring.iter().position(|at| at.x.hypot(at.y) > 2.0 * MAX_RADIUS_METERS);
        if let Some(vertex) = far {
            let description = "is more than 200 km from the first vertex; a fence has a radius of at most 100 km";
            faults.push(Fault { at: At::Vertex(number, vertex), description: description.to_owned() });
        }
    }
    none(faults)
}

/// Whether each ring neither crosses nor touches itself and has an inside.
fn simple(laid: &[Vec<Coord>]) -> Result<(), Vec<Fault>> {
    let mut faults = Vec::new();
    for (number, ring) in laid.iter().enumerate() {
        if let Some((vertex, description)) = crossing::first(ring) {
            faults.push(Fault { at: At::Vertex(number, vertex), description });
        } else if geo::Polygon::new(line(ring), vec![]).unsigned_area() < MIN_AREA_SQUARE_METERS {
            faults.push(Fault { at: At::Ring(number), description: "must enclose at least 1 m²".to_owned() });
        }
    }
    none(faults)
}

fn holes_inside(flat: &geo::Polygon) -> Result<(), Vec<Fault>> {
    use geo::algorithm::validation::{InvalidPolygon as Invalid, RingRole};
    if flat.interiors().is_empty() {
        return Ok(());
    }
    let number = |role: RingRole| match role {
        RingRole::Exterior => 0,
        RingRole::Interior(hole) => hole + 1,
    };
    let (ring, description) = match flat.check_validation() {
        Ok(()) => return Ok(()),
        Err(Invalid::InteriorRingNotContainedInExteriorRing(hole)) => {
            (number(hole), "must lie inside the first ring, as a hole in it".to_owned())
        }
        Err(Invalid::IntersectingRingsOnALine(one, other) | Invalid::IntersectingRingsOnAnArea(one, other)) => {
            (number(other), format!("must not meet ring {}", number(one)))
        }
        Err(Invalid::TooFewPointsInRing(ring) | Invalid::SelfIntersection(ring) | Invalid::NonFiniteCoord(ring, _)) => {
            (number(ring), "must neither cross nor touch itself".to_owned())
        }
    };
    Err(vec![Fault { at: At::Ring(ring), description }])
}

/// The circle around the centroid that holds the outer ring. Circles of this size are convex on the earth, so it holds the
/// edges where it holds the vertices.
fn around(ring: &Ring, plane: &Plane, flat: &geo::Polygon) -> Result<Circle, Vec<Fault>> {
    let centroid = flat.centroid().map(Coord::from).unwrap_or_default();
    let [longitude, latitude] = plane.lift(centroid).map(rounded);
    let centre = Circle { latitude, longitude, radius_meters: 0.0 };
    let farthest = ring.iter().map(|[longitude, latitude]| centre.distance_meters(*latitude, *longitude));
    // Up to the next centimetre, so that no vertex is lost to a last digit.
    let radius_meters = (farthest.fold(0.0, f64::max) * 100.0).ceil() / 100.0;
    if radius_meters > MAX_RADIUS_METERS {
        let description =
            format!("reaches {:.1} km from its centre; at most 100 km are possible", radius_meters / 1000.0);
        return Err(vec![Fault { at: At::Polygon, description }]);
    }
    Ok(Circle { radius_meters, ..centre })
}

fn none(faults: Vec<Fault>) -> Result<(), Vec<Fault>> {
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn rounded(degrees: f64) -> f64 {
    (degrees * DECIMALS_OF_A_DEGREE).round() / DECIMALS_OF_A_DEGREE
}

fn open(mut ring: Ring) -> Ring {
    ring.iter_mut().flatten().for_each(|degrees| *degrees = rounded(*degrees));
    if ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    ring
}

fn close(mut ring: Ring) -> Ring {
    ring.extend(ring.first().copied());
    ring
}

fn line(ring: &[Coord]) -> LineString {
    LineString::from(ring.to_vec())
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;
