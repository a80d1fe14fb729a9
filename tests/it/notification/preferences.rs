//! GetNotificationPreferences and UpdateNotificationPreferences.

use http::Method;
use rollcall_tests::{Class, Kind, on_both_stores};
use serde_json::json;

on_both_stores!(what_is_named_is_changed_and_what_cannot_be_is_refused);

async fn what_is_named_is_changed_and_what_cannot_be_is_refused(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let path = "/api/v1/notifications/preferences";
    let rest = class.student(0).rest();
    let patch = async |body: serde_json::Value| rest.send(rest.request(Method::PATCH, path).json(&body)).await;
    let usual = json!({
        "mail": "EACH",
        "mail_kinds": ["SESSION_CHANGED", "SESSION_CANCELLED", "MAKEUP_BOOKED", "ABSENCE", "EXCUSE_DECIDED", "REVIEW_DECIDED", "DEVICE_ENROLLED", "FACE_ENROLLED", "LOW_ATTENDANCE"],
        "quiet_from": "", "quiet_to": "", "digest_at": "17:00",
    });
    assert_eq!(rest.get(path).await.answer(), usual);

    let changed = patch(json!({"quiet_from": "21:00", "quiet_to": "07:30"})).await.answer();
    assert_eq!(
        (&changed["quiet_from"], &changed["quiet_to"], &changed["mail"]),
        (&json!("21:00"), &json!("07:30"), &json!("EACH"))
    );
    let changed =
        patch(json!({"mail": "DIGEST", "mail_kinds": ["ABSENCE", "ABSENCE"], "digest_at": "08:15"})).await.answer();
    let whole = json!({
        "mail": "DIGEST", "mail_kinds": ["ABSENCE"], "quiet_from": "21:00", "quiet_to": "07:30", "digest_at": "08:15",
    });
    assert_eq!(changed, whole);
    for (body, field) in [
        (json!({"quiet_to": ""}), "quiet_to"),
        (json!({"quiet_from": ""}), "quiet_from"),
        (json!({"quiet_to": "21:00"}), "quiet_to"),
        (json!({"digest_at": ""}), "digest_at"),
        (json!({"digest_at": "25:00"}), "digest_at"),
        (json!({"mail_kinds": ["KIND_UNSPECIFIED"]}), "mail_kinds"),
    ] {
        let refused = patch(body.clone()).await.refused();
        assert!(refused.violations.iter().any(|(found, _)| found == field), "{body} {refused:?}");
    }
    assert_eq!(rest.get(path).await.answer(), whole, "nothing of that was taken");
    assert_eq!(class.student(1).rest().get(path).await.answer(), usual, "somebody else's stay");
    let whole = json!({"mail": "OFF", "digest_at": "17:00"});
    let replaced = rest.send(rest.request(Method::PUT, path).json(&whole)).await.answer();
    assert_eq!(
        (&replaced["mail"], &replaced["mail_kinds"], &replaced["quiet_from"]),
        (&json!("OFF"), &json!([]), &json!(""))
    );
}
