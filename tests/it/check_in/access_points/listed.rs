//! Access points that the college has listed for the place.

use rollcall_proto::v1::{
    AccessPointSighting, AttendanceRecord, CheckInRequest, CreateAccessPointRequest, DeleteAccessPointRequest,
    access_point::Type,
    attendance_record::{Flag, Review, VerificationMethod},
    evidence::{Factor, Verdict},
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::College,
    in_every_world,
    record::{evidence, known, present},
    seed::Signal,
    world::Plan,
};
use serde_json::json;
use tonic::Code;

use super::{heard, without_position};

in_every_world!(stands_for_the_position, counts_from_its_creation_to_its_deletion, weighs_what_is_heard);

/// An address that its maker gave to nobody: listed by the college, it counts all the same.
const LECTERN: &str = "06:00:00:00:00:01";

fn by_wifi(class: &Class, student: usize) -> AttendanceRecord {
    AttendanceRecord {
        verification_method: VerificationMethod::Combined as i32,
        evidence: vec![
            evidence(Factor::Code, Verdict::Passed),
            evidence(Factor::Geofence, Verdict::Missing),
            evidence(Factor::AccessPoints, Verdict::Passed),
        ],
        ..present(class.session_id(), class.college.students[student].id)
    }
}

async fn stands_for_the_position(kind: Kind) {
    let mut college = College::new("riverside", 3);
    let room = college.location.clone();
    college.another_access_point(&room, LECTERN, Signal::Wifi);
    let class = Class::of(Plan::new(kind), college).await;
    let request = without_position(&class, vec![heard("06-00-00-00-00-01", -75)]).await;
    let record = class.student(0).check_ins().check_in(request.clone()).await.answer();
    assert_eq!(known(record.clone()), by_wifi(&class, 0));
    // Again, and it is the same.
    let again = class.student(0).check_ins().check_in(request).await.answer();
    assert_eq!(again, AttendanceRecord { replayed: true, ..record });

    let request = without_position(&class, Vec::new()).await;
    let body = json!({
        "check_in_id": request.check_in_id,
        "qr_code": request.qr_code,
        "access_points": [
            {"bssid": "0600.0000.0001", "ssid": "Campus", "rssi_dbm": -60, "type": "wifi", "age_ms": 900},
            {"bssid": "00:16:3e:00:00:09", "rssi_dbm": -80, "type": "WIFI"},
        ],
    });
    let told = class.student(1).rest().post("/api/v1/attendance/mark", &body).await.answer();
    assert_eq!((&told["verification_method"], &told["status"]), (&json!("COMBINED"), &json!("PRESENT")));

    // With a position as well, both are kept.
    let request = CheckInRequest { access_points: vec![heard(LECTERN, -50)], ..class.request().await };
    let record = class.student(2).check_ins().check_in(request).await.answer();
    let mut expected = by_wifi(&class, 2);
    expected.evidence[1] = evidence(Factor::Geofence, Verdict::Passed);
    assert_eq!(known(record), expected);
    let rows = class.world.rows().await;
    let matched = format!("SELECT COUNT(*) AS n FROM attendance_records WHERE access_point_matched = '{LECTERN}'");
    assert_eq!(rows.number(&matched).await, 3);
}

async fn counts_from_its_creation_to_its_deletion(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let request = without_position(&class, vec![heard(LECTERN, -60)]).await;
    let refusal = class.student(0).check_ins().check_in(request.clone()).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "MORE_EVIDENCE_NEEDED"));
    assert_eq!((refusal.told("factors"), refusal.told("alternatives")), ("GEOFENCE", "GEOFENCE|ACCESS_POINTS"));

    let lectern = CreateAccessPointRequest {
        location_id: class.college.location.id.to_string(),
        bssid: LECTERN.to_owned(),
        r#type: Type::Wifi.into(),
        ..CreateAccessPointRequest::default()
    };
    let id = class.admin().access_points().create_access_point(lectern).await.answer().id;
    let record = class.student(0).check_ins().check_in(request.clone()).await.answer();
    assert_eq!(known(record), by_wifi(&class, 0));

    class.admin().access_points().delete_access_point(DeleteAccessPointRequest { id }).await.answer();
    let refusal = class.student(1).check_ins().check_in(request).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "MORE_EVIDENCE_NEEDED"));
    assert_eq!(class.records().await.len(), 1);
}

async fn weighs_what_is_heard(kind: Kind) {
    const BEACON: &str = "0a:00:00:00:00:02";
    let mut college = College::new("riverside", 8);
    let (room, hall) = (college.location.clone(), college.another_location("Hall", 500.0));
    college.another_access_point(&room, LECTERN, Signal::Wifi);
    college.another_access_point(&room, BEACON, Signal::Bluetooth);
    college.another_access_point(&hall, "06:00:00:00:00:03", Signal::Wifi);
    let class = Class::of(Plan::new(kind), college).await;
    let stale = AccessPointSighting { age_ms: Some(30_001), ..heard(LECTERN, -60) };
    let beacon = AccessPointSighting { r#type: Type::Bluetooth.into(), ..heard(BEACON, -60) };
    // None is a refusal.
    let cases = [
        ("a little too weak", heard(LECTERN, -76), Some(Verdict::Uncertain)),
        ("just strong enough", heard(LECTERN, -75), Some(Verdict::Passed)),
        ("a beacon", beacon, Some(Verdict::Passed)),
        ("a beacon's address on Wi-Fi", heard(BEACON, -60), None),
        ("heard before somebody walked in", stale, None),
        ("of another place", heard("06:00:00:00:00:03", -40), None),
        ("of nobody", heard("00:16:3e:00:00:09", -40), None),
        ("concealed by the phone", heard("02:00:00:00:00:00", -40), None),
    ];
    for (student, (case, sighting, verdict)) in cases.into_iter().enumerate() {
        let request = without_position(&class, vec![sighting]).await;
        let result = class.student(student).check_ins().check_in(request).await;
        let Some(verdict) = verdict else {
            let refusal = result.refused();
            assert_eq!(
                (refusal.reason.as_str(), refusal.told("factors")),
                ("MORE_EVIDENCE_NEEDED", "GEOFENCE"),
                "{case}"
            );
            continue;
        };
        let mut expected = by_wifi(&class, student);
        if verdict == Verdict::Uncertain {
            expected.evidence[2] = evidence(Factor::AccessPoints, Verdict::Uncertain);
            expected.verification_method = VerificationMethod::Qr as i32;
            expected.flags = vec![Flag::Uncertain as i32];
            expected.review = Review::Open as i32;
        }
        assert_eq!(known(result.answer()), expected, "{case}");
    }
}
