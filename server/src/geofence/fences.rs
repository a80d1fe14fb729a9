//! All fences of a college, so that the nearest of a hundred thousand is found without looking at each.
//!
//! Places are held by where they are in space, in metres from the middle of the earth: nothing is special there about the
//! antimeridian or the poles. The way along the earth is never shorter than the straight one, so a box around a fence, and the straight
//! way to its centre, tell what a fence cannot be nearer than; the geodesic is worked out only for those that may be the nearest. From
//! the other side of the earth, where the straight way tells little, that is all of them.

use rstar::{AABB, PointDistance, RTree, RTreeObject};

use super::Fence;
use crate::entity::location;

/// Far more than the digits of a position in space lose.
const SLACK_METERS: f64 = 0.001;
/// The WGS 84 ellipsoid.
const EQUATOR_METERS: f64 = 6_378_137.0;
const ECCENTRICITY_SQUARED: f64 = 6.694_379_990_141_316e-3;

pub struct Fences {
    locations: Vec<location::Model>,
    tree: RTree<Entry>,
}

/// A location, and how far a point is from its centre and its edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest<'a> {
    pub location: &'a location::Model,
    pub distance_meters: f64,
    /// Negative inside.
    pub edge_distance_meters: f64,
}

/// A fence's circle, which its polygon lies in.
struct Entry {
    number: usize,
    centre: [f64; 3],
    radius_meters: f64,
}

impl RTreeObject for Entry {
    type Envelope = AABB<[f64; 3]>;

    fn envelope(&self) -> Self::Envelope {
        let reach = self.radius_meters + SLACK_METERS;
        AABB::from_corners(self.centre.map(|at| at - reach), self.centre.map(|at| at + reach))
    }
}

impl PointDistance for Entry {
    fn distance_2(&self, point: &[f64; 3]) -> f64 {
        self.envelope().distance_2(point)
    }
}

impl Fences {
    pub fn of(locations: Vec<location::Model>) -> Self {
        let entry = |(number, location): (usize, &location::Model)| {
            let location::Model { latitude, longitude, radius_meters, .. } = *location;
            Entry { number, centre: in_space(latitude, longitude), radius_meters }
        };
        let tree = RTree::bulk_load(locations.iter().enumerate().map(entry).collect());
        Self { locations, tree }
    }

    pub fn locations(&self) -> &[location::Model] {
        &self.locations
    }

    /// The location whose fence's edge is nearest, or that the point lies deepest inside.
    pub fn nearest(&self, latitude: f64, longitude: f64) -> Option<Nearest<'_>> {
        let point = in_space(latitude, longitude);
        let mut found: Option<Nearest<'_>> = None;
        for (entry, distance_squared) in self.tree.nearest_neighbor_iter_with_distance_2(&point) {
            let best = found.map_or(f64::INFINITY, |found| found.edge_distance_meters);
            // In its box one may be anywhere inside a fence; out of it, not nearer than the box.
            if distance_squared > 0.0 && distance_squared.sqrt() > best + SLACK_METERS {
                break;
            }
            if straight(&entry.centre, &point) - entry.radius_meters > best + SLACK_METERS {
                continue;
            }
            let next = to(&self.locations[entry.number], latitude, longitude, best);
            if next.edge_distance_meters < best {
                found = Some(next);
            }
        }
        found
    }
}

/// From a point to a fence. No polygon is looked at whose circle is farther than the nearest edge that is known.
fn to(location: &location::Model, latitude: f64, longitude: f64, nearest: f64) -> Nearest<'_> {
    let fence = Fence::from(location);
    let distance_meters = fence.circle().distance_meters(latitude, longitude);
    let beyond = distance_meters - location.radius_meters;
    let edge_distance_meters = match beyond < nearest {
        true => fence.edge_distance_meters(latitude, longitude, distance_meters),
        false => beyond,
    };
    Nearest { location, distance_meters, edge_distance_meters }
}

/// Where a position is: metres from the middle of the earth towards 0° N 0° E, 0° N 90° E and the north pole.
fn in_space(latitude: f64, longitude: f64) -> [f64; 3] {
    let (sin_longitude, cos_longitude) = longitude.to_radians().sin_cos();
    let (sin_latitude, cos_latitude) = latitude.to_radians().sin_cos();
    let curvature = EQUATOR_METERS / (1.0 - ECCENTRICITY_SQUARED * sin_latitude * sin_latitude).sqrt();
    [
        curvature * cos_latitude * cos_longitude,
        curvature * cos_latitude * sin_longitude,
        curvature * (1.0 - ECCENTRICITY_SQUARED) * sin_latitude,
    ]
}

fn straight(one: &[f64; 3], other: &[f64; 3]) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one - other).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
#[path = "fences_tests.rs"]
mod tests;
