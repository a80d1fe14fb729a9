//! Inside, outside, not sure, and no place on earth.

use rollcall_proto::v1::{AttendanceRecord, CheckInRequest, Position, evidence::Verdict};
use rollcall_tests::{
    Answer as _, Class, Kind, in_every_world,
    record::{doubtful, known, present},
};
use tonic::Code;

in_every_world!(decides, must_be_a_place, must_be_there);

/// The fence's radius is 50 m. Distance, reported accuracy, verdict; no verdict means a refusal.
const POINTS: [(f64, Option<f64>, Option<Verdict>); 10] = [
    (0.0, None, Some(Verdict::Passed)),
    (49.0, None, Some(Verdict::Passed)),
    (51.0, None, None),
    (39.0, Some(10.0), Some(Verdict::Passed)),
    (46.0, Some(10.0), Some(Verdict::Uncertain)),
    (61.0, Some(10.0), Some(Verdict::Uncertain)),
    (70.0, Some(10.0), None),
    // Of an accuracy, at most 50 m are listened to: who reports kilometres could be anywhere.
    (120.0, Some(5_000.0), Some(Verdict::Uncertain)),
    (150.0, Some(5_000.0), None),
    (20_000_000.0 / 2.0, None, None),
];

async fn decides(kind: Kind) {
    let class = Class::open(kind, POINTS.len()).await;
    for (number, (distance, accuracy, verdict)) in POINTS.into_iter().enumerate() {
        let mut position = class.college.north(distance);
        if distance > 1_000_000.0 {
            // The other side of the earth, where a plane's distance would be far off.
            position = Position { latitude: Some(-12.9716), longitude: Some(77.5946 - 180.0), ..position };
        }
        position.accuracy_meters = accuracy;
        let request = CheckInRequest { position: Some(position), ..class.request().await };
        let result = class.student(number).check_ins().check_in(request).await;
        let case = format!("{distance} m, accuracy {accuracy:?}");
        if let Some(verdict) = verdict {
            let expects = if verdict == Verdict::Uncertain { doubtful } else { present };
            let expected = expects(class.session_id(), class.college.students[number].id);
            assert_eq!(known(result.answer()), expected, "{case}");
        } else {
            let refusal = result.refused();
            assert_eq!(refusal.kind(), (Code::FailedPrecondition, "OUTSIDE_GEOFENCE"), "{case}");
            let accuracy_told: Option<f64> =
                refusal.metadata.get("accuracy_meters").map(|text| text.parse().expect("metres"));
            assert_eq!(accuracy_told, accuracy, "{case}");
            assert_eq!(refusal.metadata.len(), 3 + usize::from(accuracy.is_some()), "{case}");
            let told: f64 = refusal.told("distance_meters").parse().expect("a number");
            assert!(distance > 1_000_000.0 || (told - distance).abs() <= 1.0, "{case}: {told}");
            assert_eq!(refusal.told("radius_meters").parse(), Ok(50.0), "{case}");
            let edge: f64 = refusal.told("edge_distance_meters").parse().expect("a number");
            assert!((edge - (told - 50.0)).abs() < 0.11, "{case}: {edge}");
        }
    }
    let stored: Vec<AttendanceRecord> = class.records().await;
    assert_eq!(stored.len(), POINTS.iter().filter(|point| point.2.is_some()).count());
}

async fn must_be_a_place(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let good = class.college.north(0.0);
    let latitude = |value| Position { latitude: value, ..good };
    let longitude = |value| Position { longitude: value, ..good };
    let accuracy = |value| Position { accuracy_meters: Some(value), ..good };
    let cases = [
        (latitude(Some(f64::NAN)), "position.latitude"),
        (latitude(Some(f64::INFINITY)), "position.latitude"),
        (latitude(Some(95.0)), "position.latitude"),
        (latitude(Some(-90.000_001)), "position.latitude"),
        (latitude(None), "position.latitude"),
        (longitude(Some(f64::NAN)), "position.longitude"),
        (longitude(Some(180.5)), "position.longitude"),
        (longitude(None), "position.longitude"),
        (accuracy(f64::NAN), "position.accuracy_meters"),
        (accuracy(-1.0), "position.accuracy_meters"),
        (accuracy(100_001.0), "position.accuracy_meters"),
    ];
    for (position, field) in cases {
        let request = CheckInRequest { position: Some(position), ..class.request().await };
        let refusal = class.student(0).check_ins().check_in(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_POSITION"), "{position:?}");
        let fields: Vec<&str> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, [field], "{position:?}");
        assert!(!refusal.violations[0].1.is_empty(), "{position:?}");
    }
    assert_eq!(class.records().await, []);
}

async fn must_be_there(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let request = CheckInRequest { position: None, ..class.request().await };
    let refusal = class.student(0).check_ins().check_in(request).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "MORE_EVIDENCE_NEEDED"));
    assert_eq!(refusal.told("factors"), "GEOFENCE");
    assert_eq!(class.records().await, []);
}
