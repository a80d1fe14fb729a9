//! EnrolFace: one to five photos of one person, each with one clear face.

use image::ImageFormat;
use rollcall_tests::{Answer as _, Kind, in_every_world, in_one_world};

use super::{QUALITY, class, consent, enrol, kept, pictures};

in_every_world!(photos_of_one_person_are_enrolled);
in_one_world!(
    photos_of_two_people_are_refused,
    a_photo_that_shows_too_little_says_what_to_do,
    formats_and_turns_are_read
);

async fn photos_of_one_person_are_enrolled(kind: Kind) {
    let class = class(kind, 1).await;
    let photos = [pictures::portrait("person_a_1").await, pictures::portrait("person_a_2").await];
    for actor in [class.student(0), class.teacher()] {
        consent(&actor).await;
        let enrolment = enrol(&actor, photos.to_vec()).await.answer();
        assert!(enrolment.is_enabled && enrolment.is_enrolled && enrolment.enrolled_at.is_some());
        assert_eq!((enrolment.photo_count, enrolment.model.as_str()), (2, "sface-2021dec"));
        assert_eq!(kept(&actor).await, enrolment);
        // Another enrolment takes its place.
        let anew = enrol(&actor, vec![pictures::portrait("person_b_1").await]).await.answer();
        assert_eq!(anew.photo_count, 1);
    }
    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT count(*) AS n FROM face_templates").await, 2);
    // A nonce, a mean, one photo and a tag.
    let length = "SELECT CAST(max(length(sealed)) AS bigint) AS n FROM face_templates";
    assert_eq!(rows.number(length).await, 12 + 2 * 512 + 16);
    let told = class.admin().rest().get("/api/v1/audit?action=face.enrolled").await.answer();
    assert_eq!(told["audit_rows"].as_array().map(Vec::len), Some(4), "{told}");
}

async fn photos_of_two_people_are_refused(kind: Kind) {
    let class = class(kind, 1).await;
    let student = class.student(0);
    consent(&student).await;
    let photos = vec![
        pictures::portrait("person_a_1").await,
        pictures::portrait("person_a_2").await,
        pictures::portrait("impostor_1").await,
    ];
    let refusal = enrol(&student, photos).await.refused();
    assert_eq!(refusal.reason, "FACE_PHOTOS_DIFFER");
    assert!(refusal.told("photos").ends_with(",2"), "{refusal:?}");
    assert!(!refusal.message.chars().any(|letter| letter.is_ascii_digit()), "{}", refusal.message);
    assert!(!kept(&student).await.is_enrolled);
}

async fn a_photo_that_shows_too_little_says_what_to_do(kind: Kind) {
    let class = class(kind, 1).await;
    let student = class.student(0);
    consent(&student).await;
    let table = [
        (pictures::nobody(), "NO_FACE"),
        (pictures::together("person_a_2", "person_b_2").await, "SEVERAL_FACES"),
        (pictures::tiny("person_b_1").await, "TOO_SMALL"),
        (pictures::blurred("person_b_1").await, "BLURRED"),
        (pictures::dark("person_b_1").await, "TOO_DARK"),
    ];
    for (picture, fault) in table {
        let refusal = enrol(&student, vec![picture]).await.refused();
        assert_eq!(
            (refusal.kind(), refusal.told("fault"), refusal.told("photo")),
            (QUALITY, fault, "0"),
            "{refusal:?}"
        );
    }
    // The second one is named.
    let photos = vec![pictures::portrait("person_a_1").await, pictures::nobody()];
    let refusal = enrol(&student, photos).await.refused();
    assert_eq!((refusal.kind(), refusal.told("photo")), (QUALITY, "1"));
    assert!(refusal.message.starts_with("Photo 2: No face was found."), "{}", refusal.message);
    assert!(!kept(&student).await.is_enrolled);
}

/// Each is the same person to the server, or they could not be enrolled together.
async fn formats_and_turns_are_read(kind: Kind) {
    let class = class(kind, 1).await;
    let student = class.student(0);
    consent(&student).await;
    let photos = vec![
        pictures::portrait("person_b_1").await,
        pictures::repacked("person_b_1", ImageFormat::Png).await,
        pictures::repacked("person_b_1", ImageFormat::WebP).await,
        pictures::on_its_side("person_b_1").await,
    ];
    assert_eq!(enrol(&student, photos).await.answer().photo_count, 4);
}
