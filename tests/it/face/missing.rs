//! A server without models, and a college without faces.

use rollcall_proto::v1::GetFaceEnrolmentRequest;
use rollcall_tests::{Answer as _, Class, Kind, college::College, in_one_world, world::Plan};

use super::{CONSENT_MISSING, DISABLED, MODELS_MISSING, consent, enrol, faces, kept, pictures, switch, with_picture};

in_one_world!(
    a_server_without_models_says_what_to_run,
    a_model_that_was_altered_is_not_used,
    a_college_has_to_want_it,
    without_a_consent_nothing_is_looked_at
);

async fn a_server_without_models_says_what_to_run(kind: Kind) {
    let class = Class::open(kind, 1).await;
    switch(&class, true).await;
    let student = class.student(0);
    consent(&student).await;
    let refusal = enrol(&student, vec![pictures::nobody()]).await.refused();
    assert_eq!(refusal.kind(), MODELS_MISSING);
    assert!(refusal.message.contains("rollcall models fetch"), "{}", refusal.message);
    // Everything else goes on, a check-in with a picture too.
    let request = with_picture(&class, pictures::nobody()).await;
    let record = student.check_ins().check_in(request).await.answer();
    assert!(record.evidence.iter().any(|item| item.detail == "You have not enrolled your face."), "{record:?}");
}

async fn a_model_that_was_altered_is_not_used(kind: Kind) {
    let (there, folder) = (super::fetched::models().await, tempfile::tempdir().expect("a folder"));
    for file in std::fs::read_dir(there).expect("the folder") {
        let file = file.expect("a file");
        let mut bytes = std::fs::read(file.path()).expect("its bytes");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(folder.path().join(file.file_name()), bytes).expect("a file");
    }
    let plan = Plan::new(kind).set("FACE_MODELS_DIR", &folder.path().display().to_string());
    let class = Class::of(plan, College::new("riverside", 1)).await;
    switch(&class, true).await;
    consent(&class.student(0)).await;
    let photo = pictures::portrait("person_a_1").await;
    assert_eq!(enrol(&class.student(0), vec![photo]).await.refused().kind(), MODELS_MISSING);
}

async fn a_college_has_to_want_it(kind: Kind) {
    let class = super::class(kind, 1).await;
    let (student, photo) = (class.student(0), pictures::portrait("person_a_1").await);
    super::enrolled(&student, vec![photo.clone()]).await;
    switch(&class, false).await;
    assert_eq!(enrol(&student, vec![photo.clone()]).await.refused().kind(), DISABLED);
    let enrolment = kept(&student).await;
    assert!(!enrolment.is_enabled && enrolment.is_enrolled);
    let record = student.check_ins().check_in(with_picture(&class, photo).await).await.answer();
    assert!(record.evidence.iter().any(|item| item.detail == "Your college does not compare faces."), "{record:?}");
}

async fn without_a_consent_nothing_is_looked_at(kind: Kind) {
    let class = super::class(kind, 1).await;
    for actor in [class.student(0), class.teacher()] {
        // No picture at all, and the answer is the same.
        for photo in [pictures::portrait("person_a_1").await, b"GIF89a".to_vec()] {
            assert_eq!(enrol(&actor, vec![photo]).await.refused().kind(), CONSENT_MISSING);
        }
    }
    let admin = faces(&class.admin()).get_face_enrolment(GetFaceEnrolmentRequest {}).await.refused();
    assert_eq!(admin.reason, "ROLE_NOT_ALLOWED");
}
