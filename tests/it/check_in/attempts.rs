//! A refused attempt leaves a row with its reason, and binds nothing: the same id may still succeed.

use rollcall_proto::v1::{CheckInRequest, Device, LoginRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, on_both_stores,
    record::{known, present},
};
use tonic::Code;

on_both_stores!(are_kept_and_bind_nothing, may_not_hold_what_no_database_can);

async fn are_kept_and_bind_nothing(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let good = class.request().await;
    let refused = [
        ("OUTSIDE_GEOFENCE", CheckInRequest { position: Some(class.college.north(400.0)), ..good.clone() }),
        ("CODE_INVALID", CheckInRequest { qr_code: "nonsense".to_owned(), ..good.clone() }),
        ("MORE_EVIDENCE_NEEDED", CheckInRequest { position: None, ..good.clone() }),
    ];
    let rows = class.world.rows().await;
    for (reason, request) in refused {
        let refusal = class.student(0).check_ins().check_in(request).await.refused();
        assert_eq!(refusal.reason, reason);
        let query = format!("SELECT COUNT(*) AS n FROM check_in_attempts WHERE reason = '{reason}'");
        assert_eq!(rows.number(&query).await, 1, "{reason}");
    }
    let stranger = class.stranger().check_ins().check_in(good.clone()).await.refused();
    assert_eq!(stranger.reason, "NOT_ENROLLED");

    let record = class.student(0).check_ins().check_in(good).await.answer();
    assert_eq!(known(record), present(class.session_id(), class.college.students[0].id));
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM check_in_attempts").await, 4);
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM attendance_records").await, 1);
}

/// PostgreSQL keeps no NUL in a text: sent by one, it must not fail the batch of many.
async fn may_not_hold_what_no_database_can(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let good = class.request().await;
    let bad = [
        ("qr_code", CheckInRequest { qr_code: "a\0b".to_owned(), ..good.clone() }),
        (
            "device.device_id",
            CheckInRequest {
                device: Some(Device { device_id: "a\0b".to_owned(), ..Device::default() }),
                ..good.clone()
            },
        ),
    ];
    for (field, request) in bad {
        let refusal = class.student(0).check_ins().check_in(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{field}");
        assert_eq!(refusal.violations[0].0, field);
    }
    let login = LoginRequest { email: "a\0@b".to_owned(), password: "p".to_owned(), ..LoginRequest::default() };
    let refusal = class.world.nobody().auth().login(login).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"));
    class.student(0).check_ins().check_in(good).await.answer();
}
