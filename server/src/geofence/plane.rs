//! The earth around a point, laid flat.

use geo::{Coord, Destination as _, Geodesic, GeodesicBearing as _, Point};

/// The azimuthal equidistant projection of the WGS 84 ellipsoid: the plane that touches the earth at a point, with x in metres
/// east and y in metres north of it. Distances from the point and directions there are true, so a geodesic through it is
/// straight. Nothing is special about the antimeridian or the poles.
pub struct Plane(Point);

impl Plane {
    /// Around a position in degrees: longitude, latitude, as in GeoJSON.
    pub fn around([longitude, latitude]: [f64; 2]) -> Self {
        Self(Point::new(longitude, latitude))
    }

    pub fn lay(&self, [longitude, latitude]: [f64; 2]) -> Coord {
        let (bearing, distance) = self.0.geodesic_bearing_distance(Point::new(longitude, latitude));
        let (east, north) = bearing.to_radians().sin_cos();
        Coord { x: distance * east, y: distance * north }
    }

    /// The position that lies there.
    pub fn lift(&self, Coord { x, y }: Coord) -> [f64; 2] {
        Geodesic.destination(self.0, x.atan2(y).to_degrees(), x.hypot(y)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_laid_down_can_be_lifted_anywhere_on_earth() {
        for (centre, position, east, north) in [
            ([0.0, 0.0], [0.001, 0.0], 111.319, 0.0),
            ([73.85, 18.52], [73.85, 18.521], 0.0, 110.686),
            ([179.9995, 10.0], [-179.9995, 10.0], 109.64, 0.0),
            ([0.0, 89.999], [180.0, 89.999], 0.0, 223.388),
        ] {
            let plane = Plane::around(centre);
            let laid = plane.lay(position);
            assert!((laid.x - east).abs() < 0.01 && (laid.y - north).abs() < 0.01, "{position:?}: {laid:?}");
            let [longitude, latitude] = plane.lift(laid);
            assert!((latitude - position[1]).abs() < 1e-9, "{position:?}");
            assert!((longitude.abs() - f64::abs(position[0])).abs() < 1e-6, "{position:?}: {longitude}");
        }
    }
}
