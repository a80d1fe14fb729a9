use geo::Coord;

use super::{
    super::{plane::Plane, shape::Shape},
    *,
};

const CIRCLE: Circle = Circle { latitude: 18.52, longitude: 73.85, radius_meters: 50.0 };
const FENCE: Fence<'static> = Fence::Circle(CIRCLE);

/// So many metres north of the fence's centre.
fn north(meters: f64, accuracy_meters: Option<f64>) -> Position {
    Position { latitude: CIRCLE.latitude + meters / 110_660.0, longitude: CIRCLE.longitude, accuracy_meters }
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
        (north(65.0, Some(10.0)), Uncertain),
        (north(70.0, Some(10.0)), Outside),
        // However little a phone claims to know, it is not believed to be anywhere.
        (north(120.0, Some(100_000.0)), Uncertain),
        (north(150.0, Some(100_000.0)), Outside),
        (north(0.0, Some(100_000.0)), Uncertain),
        // What a phone knows exactly, and nearly.
        (north(49.9, Some(0.0)), Inside),
        (north(50.3, Some(1e-300)), Outside),
        (north(49.0, Some(0.1)), Inside),
    ];
    for (position, expected) in table {
        assert_eq!(FENCE.sight(&position).place, expected, "{position:?}");
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
        let distance = Circle { latitude, longitude, radius_meters: 1.0 }.distance_meters(to_latitude, to_longitude);
        assert!((distance - expected).abs() < 0.01, "{distance} is not {expected}");
    }
}

/// Rings in metres east and north of a place, and the fence that they are.
fn shape(origin: [f64; 2], rings: &[&[(f64, f64)]]) -> Shape {
    let plane = Plane::around(origin);
    let ring = |ring: &&[(f64, f64)]| ring.iter().map(|&(x, y)| plane.lift(Coord { x, y })).collect();
    Shape::of(rings.iter().map(ring).collect()).expect("a fence")
}

/// Open to the east: 100 m by 100 m with a gap of 60 m by 40 m.
const C: &[(f64, f64)] = &[
    (-50.0, -50.0),
    (50.0, -50.0),
    (50.0, -20.0),
    (-10.0, -20.0),
    (-10.0, 20.0),
    (50.0, 20.0),
    (50.0, 50.0),
    (-50.0, 50.0),
];
const HOLE: &[(f64, f64)] = &[(-40.0, -10.0), (-20.0, -10.0), (-20.0, 10.0), (-40.0, 10.0)];

#[test]
fn a_polygon_holds_what_its_edges_hold() {
    use Place::{Inside, Outside, Uncertain};
    // East, north, accuracy, where, metres to the edge.
    let table = [
        (-15.0, 0.0, None, Inside, -5.0),
        (0.0, 0.0, None, Outside, 10.0),
        (20.0, 0.0, None, Outside, 20.0),
        (20.0, 0.0, Some(25.0), Uncertain, 20.0),
        (20.0, 35.0, Some(14.0), Inside, -15.0),
        (20.0, 35.0, Some(18.0), Uncertain, -15.0),
        (20.0, 35.0, Some(9_000.0), Uncertain, -15.0),
        (-30.0, 0.0, None, Outside, 10.0),
        (-53.0, -54.0, None, Outside, 5.0),
        (-53.0, -54.0, Some(5.1), Uncertain, 5.0),
        (0.0, 80.0, Some(10.0), Outside, 30.0),
        (0.0, 80.0, Some(20.0), Uncertain, 30.0),
        (0.0, 3_050.0, Some(9_000.0), Outside, 3_000.0),
        (0.0, 2_000_050.0, None, Outside, 2_000_000.0),
    ];
    // Also where degrees are not what they seem.
    for origin in [[73.85, 18.52], [180.0, -16.5], [-179.999_9, 64.0], [12.0, 90.0], [-70.0, -89.999_9]] {
        let Shape { polygon, circle } = shape(origin, &[C, HOLE]);
        let fence = Fence::Polygon(circle, &polygon);
        for (x, y, accuracy_meters, place, meters) in table {
            let [longitude, latitude] = Plane::around(origin).lift(Coord { x, y });
            let seen = fence.sight(&Position { latitude, longitude, accuracy_meters });
            assert_eq!(seen.place, place, "{x} {y} at {origin:?}: {seen:?}");
            let wrong = (seen.edge_distance_meters - meters).abs();
            assert!(wrong < 0.001 + meters.abs() / 1e4, "{x} {y} at {origin:?}: {seen:?}");
        }
        let [longitude, latitude] = [if origin[0] > 0.0 { origin[0] - 180.0 } else { origin[0] + 180.0 }, -origin[1]];
        let seen = fence.sight(&Position { latitude, longitude, accuracy_meters: None });
        assert!(
            seen.place == Outside && seen.edge_distance_meters > 19_900_000.0,
            "the other side of {origin:?}: {seen:?}"
        );
    }
}

#[test]
fn nobody_is_outside_for_a_place_being_small() {
    let square: &[(f64, f64)] = &[(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
    let corridor: &[(f64, f64)] = &[(-50.0, -1.0), (50.0, -1.0), (50.0, 1.0), (-50.0, 1.0)];
    let origin = [73.85, 18.52];
    for (ring, most) in [(square, 0.01), (corridor, 0.05)] {
        let Shape { polygon, circle } = shape(origin, &[ring]);
        let fences = [Fence::Polygon(circle, &polygon), Fence::Circle(Circle { radius_meters: 1.0, ..circle })];
        for fence in fences {
            for (x, place) in [(0.0, Place::Uncertain), (40.0, Place::Uncertain), (400.0, Place::Outside)] {
                let [longitude, latitude] = Plane::around(origin).lift(Coord { x, y: 0.0 });
                let seen = fence.sight(&Position { latitude, longitude, accuracy_meters: Some(50.0) });
                assert!(seen.place == place && seen.inside_probability < most, "{fence:?} {x}: {seen:?}");
            }
        }
    }
}
