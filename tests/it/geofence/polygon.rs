//! Fences that are no circles.

use http::Method;
use prost_types::FieldMask;
use rollcall_proto::v1::{
    CheckInRequest, CreateLocationRequest, Location, Position, Ring, UpdateLocationRequest, ValidatePointRequest,
    evidence::Verdict,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::{College, ring_messages},
    in_every_world, on_both_stores,
    record::{doubtful, known, present},
    world::Plan,
};
use serde_json::{Value, json};
use tonic::Code;

in_every_world!(check_ins_are_held_against_the_edge);
on_both_stores!(are_made_changed_and_made_circles, what_is_no_fence_is_refused, points_are_held_against_the_edge);

/// Open to the east: 100 m by 100 m around a place, with a gap of 60 m by 40 m; anticlockwise.
const C: &[[f64; 2]] = &[
    [-50.0, -50.0],
    [50.0, -50.0],
    [50.0, -20.0],
    [-10.0, -20.0],
    [-10.0, 20.0],
    [50.0, 20.0],
    [50.0, 50.0],
    [-50.0, 50.0],
];
const SQUARE: &[[f64; 2]] = &[[-50.0, -50.0], [50.0, -50.0], [50.0, 50.0], [-50.0, 50.0]];
/// Of both, in degrees north and east.
const CENTRE: (f64, f64) = (12.9716, 77.5946);

/// The position so many metres east and north of a place, by the ellipsoid's radii of curvature there.
fn at((latitude, longitude): (f64, f64), [east, north]: [f64; 2]) -> [f64; 2] {
    let (sine, cosine) = latitude.to_radians().sin_cos();
    let bulge = 1.0 - 0.006_694_379_99 * sine * sine;
    let across = 6_378_137.0 / bulge.sqrt() * cosine;
    let along = 6_335_439.327_3 / bulge.powf(1.5);
    let longitude = longitude + (east / across).to_degrees();
    let longitude = if longitude > 180.0 { longitude - 360.0 } else { longitude };
    [rounded(longitude), rounded(latitude + (north / along).to_degrees())]
}

/// As polygons are kept.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e9).round() / 1e9
}

fn ring(centre: (f64, f64), ring: &[[f64; 2]]) -> Vec<[f64; 2]> {
    ring.iter().map(|meters| at(centre, *meters)).collect()
}

fn message(centre: (f64, f64), vertices: &[[f64; 2]]) -> Vec<Ring> {
    ring_messages(&[ring(centre, vertices)])
}

fn json_ring(vertices: &[[f64; 2]]) -> Value {
    let vertex = |[longitude, latitude]: [f64; 2]| json!({"latitude": latitude, "longitude": longitude});
    json!({"vertices": ring(CENTRE, vertices).into_iter().map(vertex).collect::<Vec<_>>()})
}

fn position([longitude, latitude]: [f64; 2], accuracy_meters: Option<f64>) -> Position {
    Position { latitude: Some(latitude), longitude: Some(longitude), accuracy_meters, mocked: false }
}

async fn are_made_changed_and_made_circles(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (admin, student) = (class.admin().rest(), class.student(0).rest());
    let wanted = json!({"name": "Horseshoe", "polygon": [json_ring(C)]});
    let made = admin.post("/api/v1/locations", &wanted).await.answer();
    assert_eq!(made["polygon"], wanted["polygon"]);
    let path = format!("/api/v1/locations/{}", made["id"].as_str().expect("an id"));
    assert_eq!(student.get(&path).await.answer(), made);
    let listed = student.get("/api/v1/locations").await.answer();
    assert_eq!(listed["locations"].as_array().expect("a list")[0], made);
    // The centre of mass lies 6.316 m west of the middle, so the ends of the horseshoe are farthest from it.
    let radius = made["radius_meters"].as_f64().expect("metres");
    assert!((radius - 75.31).abs() < 0.03, "{radius}");
    let send = async |method: Method, body: &Value| admin.send(admin.request(method, &path).json(body)).await;

    // What was read can be sent back, and so can a ring that is closed or turns the other way.
    assert_eq!(send(Method::PUT, &made).await.answer(), made);
    let mut turned = ring(CENTRE, C);
    turned[1..].reverse();
    turned.push(turned[0]);
    let change = UpdateLocationRequest {
        location: Some(Location {
            id: made["id"].as_str().expect("an id").to_owned(),
            polygon: ring_messages(&[turned]),
            ..Default::default()
        }),
        update_mask: Some(FieldMask { paths: vec!["polygon".to_owned()] }),
    };
    let changed = class.admin().geofences().update_location(change).await.answer();
    assert_eq!(changed.polygon, message(CENTRE, C));

    for (body, fields) in [
        (json!({"latitude": 1.0, "longitude": 2.0}), &["latitude", "longitude"][..]),
        (json!({"radius_meters": 10}), &["radius_meters"]),
        (json!({"polygon": [json_ring(SQUARE)], "latitude": 1.0}), &["latitude"]),
        (json!({"polygon": [{"vertices": []}]}), &["polygon[0].vertices"]),
    ] {
        let refusal = send(Method::PATCH, &body).await.refused();
        let named: Vec<_> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!((refusal.kind(), &*named), ((Code::InvalidArgument, "INVALID_FIELD"), fields), "{body}");
    }
    assert_eq!(student.get(&path).await.answer(), made, "what was refused changed nothing");
    let square = send(Method::PATCH, &json!({"polygon": [json_ring(SQUARE)]})).await.answer();
    assert!((square["radius_meters"].as_f64().expect("metres") - 70.71).abs() < 0.05, "{square}");
    let circle = send(Method::PATCH, &json!({"polygon": [], "radius_meters": 30})).await.answer();
    assert_eq!((&circle["polygon"], &circle["radius_meters"]), (&json!([]), &json!(30)));
    assert_eq!((&circle["latitude"], &circle["longitude"]), (&square["latitude"], &square["longitude"]));
}

async fn what_is_no_fence_is_refused(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let vertex = |latitude: f64, longitude: f64| json!({"latitude": latitude, "longitude": longitude});
    let bow_tie = [SQUARE[0], SQUARE[1], SQUARE[3], SQUARE[2]];
    let twice = [SQUARE[0], SQUARE[1], SQUARE[1], SQUARE[2]];
    let spike = [SQUARE[0], SQUARE[1], SQUARE[2], [90.0, 90.0], SQUARE[2], SQUARE[3]];
    let outside = [[60.0, 0.0], [70.0, 0.0], [70.0, 10.0]];
    let many: Vec<_> =
        (0..501_u16).map(|n| f64::from(n).to_radians()).map(|a| [900.0 * a.cos(), 900.0 * a.sin()]).collect();
    for (rings, fields) in [
        (json!([json_ring(&SQUARE[..2])]), &["polygon[0].vertices"][..]),
        (json!([json_ring(&bow_tie)]), &["polygon[0].vertices[1]"]),
        (json!([json_ring(&twice)]), &["polygon[0].vertices[2]"]),
        (json!([json_ring(&spike)]), &["polygon[0].vertices[3]"]),
        (json!([json_ring(&many)]), &["polygon"]),
        (json!([json_ring(SQUARE), json_ring(&outside)]), &["polygon[1]"]),
        (json!([json_ring(&[[0.0, 0.0], [0.5, 0.0], [0.5, 0.5]])]), &["polygon[0]"]),
        (json!([{"vertices": [vertex(0.0, 0.0), vertex(0.0, 30.0), vertex(30.0, 0.0)]}]), &["polygon[0].vertices[1]"]),
        (
            json!([{"vertices": [vertex(91.0, 0.0), vertex(0.0, 180.5), {"latitude": 1.0}]}]),
            &[
                "polygon[0].vertices[0].latitude",
                "polygon[0].vertices[1].longitude",
                "polygon[0].vertices[2].longitude",
            ],
        ),
    ] {
        let body = json!({"name": "Nowhere", "polygon": rings});
        let refusal = rest.post("/api/v1/locations", &body).await.refused();
        let named: Vec<_> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(
            (refusal.kind(), &*named),
            ((Code::InvalidArgument, "INVALID_FIELD"), fields),
            "{body}: {refusal:?}"
        );
    }
    for (extra, field) in [("latitude", "latitude"), ("longitude", "longitude"), ("radius_meters", "radius_meters")] {
        let body = json!({"name": "Nowhere", "polygon": [json_ring(SQUARE)], extra: 12});
        let refusal = rest.post("/api/v1/locations", &body).await.refused();
        assert_eq!(refusal.violations[0].0, field);
    }
    let refusal = rest.post("/api/v1/locations", &json!({"name": "Nowhere", "longitude": 3})).await.refused();
    assert_eq!(refusal.violations[0].0, "latitude");
}

/// East, north, accuracy, verdict; no verdict means a refusal.
const SEEN: [([f64; 2], Option<f64>, Option<Verdict>); 8] = [
    ([-30.0, 0.0], None, Some(Verdict::Passed)),
    ([20.0, 35.0], Some(14.0), Some(Verdict::Passed)),
    ([20.0, 35.0], Some(25.0), Some(Verdict::Uncertain)),
    // In the gap: well within the circle that holds the polygon, and outside.
    ([20.0, 0.0], None, None),
    ([20.0, 0.0], Some(8.0), None),
    ([20.0, 0.0], Some(21.0), Some(Verdict::Uncertain)),
    ([20.0, 0.0], Some(9_000.0), Some(Verdict::Uncertain)),
    ([0.0, 180.0], Some(9_000.0), None),
];

async fn check_ins_are_held_against_the_edge(kind: Kind) {
    // On the antimeridian a plane of degrees would see a polygon around the whole earth.
    for centre in [CENTRE, (-16.5, 180.0)] {
        let mut college = College::new("riverside", SEEN.len() + 1);
        college.location.polygon = Some(vec![ring(centre, C)]);
        let class = Class::of(Plan::new(kind), college).await;
        let try_at = async |student: usize, place: Position| {
            let request = CheckInRequest { position: Some(place), ..class.request().await };
            class.student(student).check_ins().check_in(request).await
        };
        for (number, (meters, accuracy, verdict)) in SEEN.into_iter().enumerate() {
            let result = try_at(number, position(at(centre, meters), accuracy)).await;
            let case = format!("{meters:?} at {centre:?}, accuracy {accuracy:?}");
            if let Some(verdict) = verdict {
                let expects = if verdict == Verdict::Uncertain { doubtful } else { present };
                let expected = expects(class.session_id(), class.college.students[number].id);
                assert_eq!(known(result.answer()), expected, "{case}");
            } else {
                let refusal = result.refused();
                assert_eq!(refusal.kind(), (Code::FailedPrecondition, "OUTSIDE_GEOFENCE"), "{case}");
                let edge: f64 = refusal.told("edge_distance_meters").parse().expect("a number");
                let expected = if meters[1] > 100.0 { 130.0 } else { 20.0 };
                assert!((edge - expected).abs() < 0.5, "{case}: {edge}");
            }
        }
        // A changed fence decides from the answer on.
        let inside = position(at(centre, [-30.0, 0.0]), None);
        let moved = UpdateLocationRequest {
            location: Some(Location {
                id: class.college.location.id.to_string(),
                polygon: message(at_place(centre, [0.0, 200.0]), SQUARE),
                ..Default::default()
            }),
            update_mask: Some(FieldMask { paths: vec!["polygon".to_owned()] }),
        };
        class.admin().geofences().update_location(moved).await.answer();
        let refusal = try_at(SEEN.len(), inside).await.refused();
        assert_eq!(refusal.kind(), (Code::FailedPrecondition, "OUTSIDE_GEOFENCE"));
    }
}

fn at_place(centre: (f64, f64), meters: [f64; 2]) -> (f64, f64) {
    let [longitude, latitude] = at(centre, meters);
    (latitude, longitude)
}

async fn points_are_held_against_the_edge(kind: Kind) {
    let class = Class::of(Plan::new(kind), College::new("riverside", 1)).await;
    let admin = class.admin();
    let make = async |name: &str, polygon: Vec<Ring>| {
        let request = CreateLocationRequest { name: name.to_owned(), polygon, ..Default::default() };
        admin.geofences().create_location(request).await.answer()
    };
    let hole = [[-40.0, -10.0], [-20.0, -10.0], [-20.0, 10.0], [-40.0, 10.0]];
    let centre = (60.0, 30.0);
    let horseshoe = make("Horseshoe", ring_messages(&[ring(centre, C), ring(centre, &hole)])).await;
    // A ring around the pole, of which no longitude is the middle.
    let pole: Vec<_> = (0..8).map(|n| [f64::from(n) * 45.0 - 170.0, 89.999]).collect();
    let station = make("Station", ring_messages(&[pole])).await;
    let cases = [
        (at(centre, [-15.0, 0.0]), &horseshoe, -5.0),
        (at(centre, [-30.0, 0.0]), &horseshoe, 10.0),
        (at(centre, [20.0, 0.0]), &horseshoe, 20.0),
        (at(centre, [30.0, 35.0]), &horseshoe, -15.0),
        (at(centre, [50.0, 250.0]), &horseshoe, 200.0),
        ([0.0, 90.0], &station, -103.2),
        ([77.0, 89.9995], &station, -47.5),
        ([-10.0, 89.998], &station, 120.1),
    ];
    for ([longitude, latitude], location, edge) in cases {
        let request = ValidatePointRequest { lat: Some(latitude), lon: Some(longitude) };
        let told = class.student(0).geofences().validate_point(request).await.answer();
        assert_eq!((&told.location_id, told.inside), (&location.id, edge < 0.0), "{latitude} {longitude}: {told:?}");
        assert!((told.edge_distance_meters - edge).abs() < 0.6, "{latitude} {longitude}: {told:?}");
    }
}
