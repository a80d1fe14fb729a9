//! Fences held against another way to judge them, point by point: earth-centred coordinates by their closed formula, the
//! plane that touches the earth at the polygon's centre instead of at the point, crossings counted along a ray.

use geo::Coord;

use super::*;
use crate::geofence::{plane::Plane, shape::Shape};

const POLYGONS: usize = 500;
const POINTS: usize = 200;
/// Nearer to an edge the two may disagree.
const MARGIN_METERS: f64 = 0.5;

/// Numbers that are the same in every run (splitmix64).
struct Chance(u64);

impl Chance {
    fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        low + (high - low) * ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Earth-centred coordinates of a position on the WGS 84 ellipsoid, in metres.
fn earth_centred([longitude, latitude]: [f64; 2]) -> [f64; 3] {
    let (sin_longitude, cos_longitude) = longitude.to_radians().sin_cos();
    let (sin_latitude, cos_latitude) = latitude.to_radians().sin_cos();
    let eccentricity_squared = 6.694_379_990_141_316e-3;
    let curvature = 6_378_137.0 / (1.0 - eccentricity_squared * sin_latitude * sin_latitude).sqrt();
    [
        curvature * cos_latitude * cos_longitude,
        curvature * cos_latitude * sin_longitude,
        curvature * (1.0 - eccentricity_squared) * sin_latitude,
    ]
}

/// Where a position lies in the plane that touches the earth at a centre: east and north of it.
fn on_tangent_plane(centre: [f64; 2], position: [f64; 2]) -> [f64; 2] {
    let (from, to) = (earth_centred(centre), earth_centred(position));
    let [x, y, z] = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
    let (sin_longitude, cos_longitude) = centre[0].to_radians().sin_cos();
    let (sin_latitude, cos_latitude) = centre[1].to_radians().sin_cos();
    let east = -sin_longitude * x + cos_longitude * y;
    let north = -sin_latitude * cos_longitude * x - sin_latitude * sin_longitude * y + cos_latitude * z;
    [east, north]
}

/// The distance of a point to the edge of a ring in a plane, negative inside.
fn judge(ring: &[[f64; 2]], [x, y]: [f64; 2]) -> f64 {
    let (mut is_inside, mut nearest) = (false, f64::INFINITY);
    for (number, [ax, ay]) in ring.iter().enumerate() {
        let [bx, by] = ring[(number + 1) % ring.len()];
        let (dx, dy) = (bx - ax, by - ay);
        if (*ay > y) != (by > y) && x < ax + (y - ay) / dy * dx {
            is_inside = !is_inside;
        }
        let along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        nearest = nearest.min((x - ax - along * dx).hypot(y - ay - along * dy));
    }
    if is_inside { -nearest } else { nearest }
}

#[test]
fn another_way_of_judging_says_the_same() {
    let mut chance = Chance(20_261_120);
    let mut sides = [0, 0];
    for number in 0..POLYGONS {
        let longitude =
            if number % 5 == 0 { 180.0 + chance.between(-0.01, 0.01) } else { chance.between(-180.0, 180.0) };
        let latitude = match number % 7 {
            0 => 90.0 - chance.between(0.0, 0.02),
            1 => chance.between(0.0, 0.02) - 90.0,
            _ => chance.between(-1.0, 1.0).asin().to_degrees(),
        };
        let centre = [if longitude > 180.0 { longitude - 360.0 } else { longitude }, latitude];
        let plane = Plane::around(centre);
        let reach = 10.0_f64.powf(chance.between(1.0, 3.5));
        let corners = 3 + number % 10;
        let star = (0..corners).map(|corner| {
            let angle = std::f64::consts::TAU * (corner as f64 + chance.between(0.0, 0.4)) / corners as f64;
            let distance = reach * chance.between(0.3, 1.0);
            plane.lift(Coord { x: distance * angle.cos(), y: distance * angle.sin() })
        });
        let ring: Vec<[f64; 2]> = star.collect();
        let Shape { polygon, circle } = Shape::of(vec![ring]).expect("a star is a fence");
        let fence = Fence::Polygon(circle, &polygon);
        let [kept] = polygon.coordinates.as_slice() else { panic!("one ring") };
        let flat: Vec<_> = kept[1..].iter().map(|position| on_tangent_plane(centre, *position)).collect();
        for _ in 0..POINTS {
            let at = Coord { x: chance.between(-1.2, 1.2) * reach, y: chance.between(-1.2, 1.2) * reach };
            let [longitude, latitude] = plane.lift(at);
            let seen = fence.sight(&Position { latitude, longitude, accuracy_meters: None });
            let other = judge(&flat, on_tangent_plane(centre, [longitude, latitude]));
            let (ours, theirs) = (seen.edge_distance_meters, other);
            assert!(
                (ours - theirs).abs() < MARGIN_METERS,
                "{ours} and {theirs} for {longitude} {latitude} in {kept:?}"
            );
            if theirs.abs() > MARGIN_METERS {
                assert_eq!(seen.place == Place::Inside, theirs < 0.0, "{longitude} {latitude} in {kept:?}");
                sides[usize::from(theirs < 0.0)] += 1;
            }
        }
    }
    assert!(sides.iter().all(|count| *count > POLYGONS * POINTS / 10), "{sides:?}");
}
