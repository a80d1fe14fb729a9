use std::time::Instant;

use proptest::prelude::*;
use rand::{SeedableRng as _, rngs::StdRng};
use uuid::Uuid;

use super::*;
use crate::geofence::{plane::Plane, shape::Shape};

const MANY: usize = 100_000;
const ASKED: usize = 2_000;
/// As a release build is to keep; a debug build is some ten times as slow.
const WANTED_MICROSECONDS: f64 = 20.0;

/// By looking at every one.
fn by_scan(locations: &[location::Model], latitude: f64, longitude: f64) -> Option<f64> {
    let edge = |location| {
        let fence = Fence::from(location);
        let distance_meters = fence.circle().distance_meters(latitude, longitude);
        fence.edge_distance_meters(latitude, longitude, distance_meters)
    };
    locations.iter().map(edge).min_by(f64::total_cmp)
}

fn location(number: usize, [longitude, latitude]: [f64; 2], radius_meters: f64, is_polygon: bool) -> location::Model {
    let example = location::Model { latitude, longitude, radius_meters, ..location::Model::example(number as u128) };
    if !is_polygon {
        return example;
    }
    let plane = Plane::around([longitude, latitude]);
    let corners = [(-1.0, -0.5), (1.0, -0.5), (0.2, 0.0), (0.0, 1.0)];
    let ring = corners.map(|(x, y)| plane.lift(geo::Coord { x: x * radius_meters, y: y * radius_meters }));
    let Shape { polygon, circle } = Shape::of(vec![ring.to_vec()]).expect("it is a fence");
    let (latitude, longitude, radius_meters) = (circle.latitude, circle.longitude, circle.radius_meters);
    location::Model { latitude, longitude, radius_meters, polygon: Some(polygon), ..example }
}

/// Anywhere on earth, and often where degrees are not what they seem.
fn somewhere() -> impl Strategy<Value = [f64; 2]> {
    prop_oneof![
        (-180.0..=180.0, -90.0..=90.0),
        (prop_oneof![-180.0..-179.99, 179.99..=180.0], -0.01..0.01),
        (-180.0..=180.0, prop_oneof![-90.0..-89.99, 89.99..=90.0]),
        (0.0..0.01, 0.0..0.01),
    ]
    .prop_map(|(longitude, latitude)| [longitude, latitude])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_nearest_is_what_looking_at_every_one_finds(
        places in prop::collection::vec((somewhere(), 2.0..2_000.0, any::<bool>()), 0..40),
        far in (somewhere(), 2.0..90_000.0),
        points in prop::collection::vec(somewhere(), 1..10),
    ) {
        let mut locations: Vec<_> = places.iter().enumerate()
            .map(|(number, &(at, radius_meters, is_polygon))| location(number, at, radius_meters, is_polygon))
            .collect();
        locations.push(location(99, far.0, far.1, false));
        let fences = Fences::of(locations.clone());
        for [longitude, latitude] in points.into_iter().chain(places.iter().map(|place| place.0)) {
            let found = fences.nearest(latitude, longitude).map(|found| found.edge_distance_meters);
            prop_assert_eq!(found, by_scan(&locations, latitude, longitude), "{} {}", longitude, latitude);
        }
    }
}

#[test]
fn of_no_fences_none_is_nearest() {
    assert_eq!(Fences::of(Vec::new()).nearest(0.0, 0.0), None);
}

/// `cargo nextest run -p rollcall-server --lib of_a_hundred_thousand --no-capture` prints how long it takes.
#[test]
fn of_a_hundred_thousand_the_nearest_is_found_soon() {
    let mut dice = StdRng::seed_from_u64(24);
    let locations: Vec<_> = (0..MANY)
        .map(|number| {
            let at = [73.0 + dice.random::<f64>(), 18.0 + dice.random::<f64>()];
            location(number, at, dice.random_range(20.0..100.0), number % 10 == 0)
        })
        .collect();
    let begun = Instant::now();
    let fences = Fences::of(locations);
    println!("{MANY} fences, a tenth of them polygons, indexed in {:.0?}", begun.elapsed());
    let (mut took, mut inside) = (Vec::new(), 0);
    for number in 0..ASKED {
        let (latitude, longitude) = (18.0 + dice.random::<f64>(), 73.0 + dice.random::<f64>());
        let begun = Instant::now();
        let found = fences.nearest(latitude, longitude).map(|found| found.edge_distance_meters);
        took.push(begun.elapsed().as_secs_f64() * 1e6);
        inside += usize::from(found.is_some_and(|edge| edge <= 0.0));
        // To look at every one takes a while.
        if number % 500 == 0 {
            assert_eq!(found, by_scan(fences.locations(), latitude, longitude));
        }
    }
    took.sort_by(f64::total_cmp);
    let (half, nearly_all) = (took[ASKED / 2], took[ASKED * 99 / 100]);
    println!("{ASKED} points, {inside} of them inside: p50 {half:.1} µs, p99 {nearly_all:.1} µs");
    let wanted = WANTED_MICROSECONDS * if cfg!(debug_assertions) { 20.0 } else { 1.0 };
    assert!(half < wanted, "it took {half} µs");
    assert!(fences.nearest(18.5, 73.5).is_some_and(|found| found.location.id != Uuid::nil()));
}
