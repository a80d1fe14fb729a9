//! Scans that no device makes are refused by their fields, and nothing is lost by it.

use rollcall_proto::v1::{AccessPointSighting, CheckInRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, in_every_world,
    record::{evidence, known, present},
};
use serde_json::json;
use tonic::Code;

use super::heard;

in_every_world!(is_refused_by_its_field);

async fn is_refused_by_its_field(kind: Kind) {
    use rollcall_proto::v1::evidence::{Factor, Verdict};
    let class = Class::open(kind, 1).await;
    let good = heard("00:16:3e:00:00:01", -60);
    let like = |sighting: AccessPointSighting| vec![good.clone(), sighting];
    let many = |count: usize| vec![good.clone(); count];
    let cases = [
        (like(heard("00:16:3e:00:00:02", 20)), "access_points[1].rssi_dbm"),
        (like(heard("00:16:3e:00:00:02", 1)), "access_points[1].rssi_dbm"),
        (like(heard("00:16:3e:00:00:02", -121)), "access_points[1].rssi_dbm"),
        (like(heard("00:16:3e:00:00:02", i32::MIN)), "access_points[1].rssi_dbm"),
        (like(AccessPointSighting { rssi_dbm: None, ..good.clone() }), "access_points[1].rssi_dbm"),
        (like(AccessPointSighting { r#type: 0, ..good.clone() }), "access_points[1].type"),
        (like(AccessPointSighting { r#type: 9, ..good.clone() }), "access_points[1].type"),
        (like(AccessPointSighting { age_ms: Some(-1), ..good.clone() }), "access_points[1].age_ms"),
        (like(AccessPointSighting { ssid: "x".repeat(201), ..good.clone() }), "access_points[1].ssid"),
        (like(heard("", -60)), "access_points[1].bssid"),
        (like(heard("campus", -60)), "access_points[1].bssid"),
        (like(heard("00:16:3e:00:00", -60)), "access_points[1].bssid"),
        (like(heard("00:16:3e:00:00:0g", -60)), "access_points[1].bssid"),
        (like(heard("00:16:3e:00:00:02:03", -60)), "access_points[1].bssid"),
        (many(201), "access_points"),
        (many(10_000), "access_points"),
    ];
    let request = class.request().await;
    for (access_points, field) in cases {
        let case = format!("{} entries, {:?}", access_points.len(), access_points[1]);
        let request = CheckInRequest { access_points, ..request.clone() };
        let refusal = class.student(0).check_ins().check_in(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{case}");
        let fields: Vec<&str> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, [field], "{case}");
        assert!(!refusal.violations[0].1.is_empty(), "{case}");
    }
    // Each of them, over REST too.
    let scan =
        json!([{"bssid": "x", "rssi_dbm": -60, "type": "WIFI"}, {"bssid": "y", "rssi_dbm": -60, "type": "WIFI"}]);
    let body = json!({"check_in_id": request.check_in_id, "qr_code": request.qr_code, "access_points": scan});
    let refusal = class.student(0).rest().post("/api/v1/attendance/mark", &body).await.refused();
    let fields: Vec<&str> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(
        (refusal.reason.as_str(), fields),
        ("INVALID_FIELD", vec!["access_points[0].bssid", "access_points[1].bssid"])
    );
    let rows = class.world.rows().await;
    for table in ["attendance_records", "check_in_attempts", "check_in_scans"] {
        assert_eq!(rows.number(&format!("SELECT COUNT(*) AS n FROM {table}")).await, 0, "{table}");
    }

    // The same check-in, mended, with the strangest scan that there is.
    let request = CheckInRequest { access_points: many(200), ..request };
    let record = class.student(0).check_ins().check_in(request).await.answer();
    let mut expected = present(class.session_id(), class.college.students[0].id);
    expected.evidence.push(evidence(Factor::AccessPoints, Verdict::Missing));
    assert_eq!(known(record), expected);
}
