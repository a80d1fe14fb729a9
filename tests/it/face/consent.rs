//! GiveFaceConsent, WithdrawFaceConsent.

use rollcall_proto::v1::{GiveFaceConsentRequest, WithdrawFaceConsentRequest};
use rollcall_tests::{Answer as _, Kind, on_both_stores};

use super::{class, consent, enrolled, faces, kept, pictures};

on_both_stores!(a_consent_is_kept_and_taken_back_with_the_face);

async fn a_consent_is_kept_and_taken_back_with_the_face(kind: Kind) {
    let class = class(kind, 1).await;
    let (student, rows) = (class.student(0), class.world.rows().await);
    let count = async |table: &str| rows.number(&format!("SELECT count(*) AS n FROM {table}")).await;

    let nothing = kept(&student).await;
    assert!(nothing.is_enabled && !nothing.is_enrolled && nothing.consent_text_version.is_empty());
    let first = consent(&student).await;
    assert_eq!((first.consent_text_version.as_str(), first.consent_withdrawn_at), ("2026-09", None));
    class.world.advance(60).await;
    // The same again changes nothing, and another text is another consent.
    assert_eq!(consent(&student).await, first);
    let newer = GiveFaceConsentRequest { text_version: "2026-10".to_owned() };
    let second = faces(&student).give_face_consent(newer).await.answer();
    assert_eq!(second.consent_text_version, "2026-10");
    assert_ne!(second.consent_given_at, first.consent_given_at);
    assert_eq!(count("face_consents").await, 2);
    assert_eq!(count("face_consents WHERE withdrawn_at IS NULL").await, 1);

    enrolled(&student, vec![pictures::portrait("person_a_2").await]).await;
    assert_eq!((count("face_keys").await, count("face_templates").await), (1, 1));
    let withdrawn = faces(&student).withdraw_face_consent(WithdrawFaceConsentRequest {}).await.answer();
    assert!(!withdrawn.is_enrolled && withdrawn.consent_withdrawn_at.is_some());
    assert_eq!(withdrawn.consent_text_version, "2026-09");
    for table in ["face_keys", "face_templates", "face_pictures", "face_consents WHERE withdrawn_at IS NULL"] {
        assert_eq!(count(table).await, 0, "{table}");
    }
    // Again it changes nothing.
    assert_eq!(faces(&student).withdraw_face_consent(WithdrawFaceConsentRequest {}).await.answer(), withdrawn);
    assert_eq!(count("face_consents").await, 3);
    let told = class.admin().rest().get("/api/v1/audit?action=face.consent_withdrawn").await.answer();
    assert_eq!(told["audit_rows"].as_array().map(Vec::len), Some(1), "{told}");
    assert_eq!(told["audit_rows"][0]["detail"]["was_enrolled"], true, "{told}");
    let empty = faces(&student).give_face_consent(GiveFaceConsentRequest::default()).await.refused();
    assert_eq!(empty.kind(), super::INVALID);
}
