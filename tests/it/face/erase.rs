//! Taking it away: the key first of all.

use rollcall_proto::v1::{DeleteFaceEnrolmentRequest, evidence::Factor};
use rollcall_tests::{Answer as _, Kind, college::College, on_both_stores, world::Plan};

use super::{enrolled, faces, kept, pictures, with_picture};

on_both_stores!(
    what_is_deleted_is_compared_no_more,
    one_college_knows_nothing_of_another,
    who_is_deleted_leaves_no_face
);

async fn what_is_deleted_is_compared_no_more(kind: Kind) {
    let class = super::class(kind, 2).await;
    let (student, rows) = (class.student(0), class.world.rows().await);
    for number in 0..2 {
        enrolled(&class.student(number), vec![pictures::portrait("person_b_1").await]).await;
    }
    let deleted = faces(&student).delete_face_enrolment(DeleteFaceEnrolmentRequest {}).await.answer();
    assert!(!deleted.is_enrolled && deleted.consent_withdrawn_at.is_none());
    // The other one's is there.
    for table in ["face_keys", "face_templates"] {
        assert_eq!(rows.number(&format!("SELECT count(*) AS n FROM {table}")).await, 1, "{table}");
    }
    assert!(kept(&class.student(1)).await.is_enrolled);
    let request = with_picture(&class, pictures::portrait("person_b_2").await).await;
    let record = student.check_ins().check_in(request).await.answer();
    let face = record.evidence.iter().find(|item| item.factor() == Factor::Face).expect("a face");
    assert_eq!(face.detail, "You have not enrolled your face.");
    assert_eq!(faces(&student).delete_face_enrolment(DeleteFaceEnrolmentRequest {}).await.answer(), deleted);
    let told = class.admin().rest().get("/api/v1/audit?action=face.deleted").await.answer();
    assert_eq!(told["audit_rows"].as_array().map(Vec::len), Some(1), "{told}");
}

async fn one_college_knows_nothing_of_another(kind: Kind) {
    let (college, other) = (College::new("riverside", 1), College::new("hillside", 1));
    let models = super::fetched::models().await.display().to_string();
    let world = Plan::new(kind).set("FACE_MODELS_DIR", &models).start(&[&college, &other]).await;
    for college in [&college, &other] {
        let rest = world.actor(&college.admin).rest();
        let on = serde_json::json!({"face_enabled": true});
        rest.send(rest.request(http::Method::PATCH, "/api/v1/college").json(&on)).await.answer();
    }
    let (student, theirs) = (world.actor(&college.students[0]), world.actor(&other.students[0]));
    enrolled(&student, vec![pictures::portrait("person_b_1").await]).await;
    assert!(!kept(&theirs).await.is_enrolled);
    enrolled(&theirs, vec![pictures::portrait("person_a_1").await]).await;
    faces(&theirs).delete_face_enrolment(DeleteFaceEnrolmentRequest {}).await.answer();
    assert!(kept(&student).await.is_enrolled);
}

async fn who_is_deleted_leaves_no_face(kind: Kind) {
    let class = super::class(kind, 1).await;
    enrolled(&class.student(0), vec![pictures::portrait("person_b_1").await]).await;
    let rest = class.admin().rest();
    let path = format!("/api/v1/users/{}", class.college.students[0].id);
    rest.send(rest.request(http::Method::DELETE, &path)).await.answer();
    let rows = class.world.rows().await;
    for table in ["face_keys", "face_templates", "face_pictures", "face_consents WHERE withdrawn_at IS NULL"] {
        assert_eq!(rows.number(&format!("SELECT count(*) AS n FROM {table}")).await, 0, "{table}");
    }
}
