//! ValidatePoint.

use rollcall_proto::v1::{ValidatePointRequest, ValidatePointResponse};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::{College, METERS_A_DEGREE},
    on_both_stores,
    seed::SeedLocation,
    world::Plan,
};
use tonic::Code;

on_both_stores!(finds_the_nearest_fence, must_be_a_place, measures_along_the_ellipsoid);

async fn finds_the_nearest_fence(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let room = college.location.clone();
    // Its centre is farther from most points, and its edge nearer.
    let campus = {
        college.another_location("Campus", 1_000.0);
        let campus = college.more.locations.last_mut().expect("the location");
        campus.radius_meters = 800.0;
        campus.clone()
    };
    let class = Class::of(Plan::new(kind), college).await;
    let cases: [(f64, &SeedLocation, f64, bool); 6] = [
        (0.0, &room, 0.0, true),
        (40.0, &room, 40.0, true),
        (60.0, &room, 60.0, false),
        (100.0, &room, 100.0, false),
        (150.0, &campus, 850.0, false),
        (300.0, &campus, 700.0, true),
    ];
    for (north, location, distance, inside) in cases {
        let told = class.student(0).geofences().validate_point(point(&room, north)).await.answer();
        assert!((told.distance_meters - distance).abs() < 0.05, "{north} m: {told:?}");
        assert_eq!(
            told,
            ValidatePointResponse {
                inside,
                location_id: location.id.to_string(),
                location_name: location.name.clone(),
                distance_meters: told.distance_meters,
                edge_distance_meters: told.distance_meters - location.radius_meters,
            },
            "{north} m"
        );
    }
}

fn point(from: &SeedLocation, north: f64) -> ValidatePointRequest {
    ValidatePointRequest { lat: Some(from.latitude + north / METERS_A_DEGREE), lon: Some(from.longitude) }
}

/// Distances that GeographicLib's GeodSolve gives, which has nothing to do with the code under test.
async fn measures_along_the_ellipsoid(kind: Kind) {
    let mut college = College::new("riverside", 1);
    (college.location.latitude, college.location.longitude) = (0.0, 0.0);
    let class = Class::of(Plan::new(kind), college).await;
    let cases = [
        (0.0, 1.0, 111_319.490_793),
        (1.0, 0.0, 110_574.388_558),
        (45.0, 0.0, 4_984_944.377_857),
        (90.0, 0.0, 10_001_965.729_312),
        (0.0, 90.0, 10_018_754.171_395),
        (-90.0, 0.0, 10_001_965.729_312),
        (0.0, -1.0, 111_319.490_793),
    ];
    for (latitude, longitude, distance) in cases {
        let request = ValidatePointRequest { lat: Some(latitude), lon: Some(longitude) };
        let told = class.teacher().geofences().validate_point(request).await.answer();
        assert!((told.distance_meters - distance).abs() < 0.01, "{latitude} {longitude}: {told:?}");
        assert!(!told.inside);
    }
}

async fn must_be_a_place(kind: Kind) {
    let class = Class::open(kind, 1).await;
    for (latitude, longitude, fields) in [
        (Some(f64::NAN), Some(0.0), &["lat"][..]),
        (Some(90.1), Some(0.0), &["lat"]),
        (Some(0.0), Some(f64::NEG_INFINITY), &["lon"]),
        (None, Some(-181.0), &["lat", "lon"]),
    ] {
        let request = ValidatePointRequest { lat: latitude, lon: longitude };
        let refusal = class.student(0).geofences().validate_point(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_POSITION"), "{latitude:?} {longitude:?}");
        assert_eq!(refusal.violations.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), fields);
    }
}
