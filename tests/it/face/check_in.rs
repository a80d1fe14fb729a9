//! Faces at check-ins.

use image::ImageFormat;
use rollcall_proto::v1::{
    AttendanceRecord,
    attendance_record::{Flag, VerificationMethod},
    evidence::{Factor, Verdict},
};
use rollcall_tests::{Answer as _, Kind, in_every_world, in_one_world};
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use super::{class, demand_face, enrolled, pictures, with_picture};

in_every_world!(ones_own_face_passes_and_another_ones_does_not);
in_one_world!(
    what_is_asked_for_must_be_seen,
    a_picture_that_was_sent_before_is_flagged,
    enrolling_anew_is_told_and_makes_no_picture_new,
    ten_pictures_a_minute_are_looked_at,
    a_repeat_is_no_other_picture
);

fn face(record: &AttendanceRecord) -> (Verdict, &str) {
    let item = record.evidence.iter().find(|item| item.factor() == Factor::Face).expect("a face");
    (item.verdict(), &item.detail)
}

async fn ones_own_face_passes_and_another_ones_does_not(kind: Kind) {
    let class = class(kind, 4).await;
    // Years lie between the two pictures of each: 0.396 and 0.227 apart.
    for (student, old, new) in [(0, "person_a_1", "person_a_2"), (1, "person_b_1", "person_b_2")] {
        let actor = class.student(student);
        enrolled(&actor, vec![pictures::portrait(old).await]).await;
        let request = with_picture(&class, pictures::portrait(new).await).await;
        let record = actor.check_ins().check_in(request).await.answer();
        assert_eq!(face(&record), (Verdict::Passed, "It was your face."));
        assert_eq!((record.verification_method(), record.flags.len()), (VerificationMethod::Combined, 0));
    }
    // A stranger's, and one that was enrolled by somebody else: whose is never asked.
    for (student, picture) in [(2, "impostor_2"), (3, "person_a_2")] {
        let actor = class.student(student);
        enrolled(&actor, vec![pictures::portrait("impostor_1").await]).await;
        let request = with_picture(&class, pictures::portrait(picture).await).await;
        let record = actor.check_ins().check_in(request).await.answer();
        assert_eq!(face(&record), (Verdict::Failed, "It was not the face that you enrolled."));
        assert_eq!(record.verification_method(), VerificationMethod::Qr);
        // What it rests on is for staff: nothing that is told has a number in it.
        let told = actor.rest().get(&format!("/api/v1/attendance/records/{}", record.id)).await.answer();
        let evidence = told["evidence"].as_array().expect("evidence");
        let told = evidence.iter().find(|item| item["factor"] == "FACE").expect("a face");
        let told: Vec<_> = told.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(told, ["factor", "verdict", "detail"]);
    }
    let stored = class.world.rows().await.all("SELECT evidence FROM attendance_records").await;
    assert_eq!(json!(stored).to_string().matches("similarity").count(), 4, "staff need it");
}

async fn what_is_asked_for_must_be_seen(kind: Kind) {
    let class = class(kind, 3).await;
    demand_face(&class, "ASK_FOR_MORE").await;
    let (student, stranger) = (class.student(0), class.student(1));
    enrolled(&student, vec![pictures::portrait("person_b_1").await]).await;
    let check = async |picture: Vec<u8>| student.check_ins().check_in(with_picture(&class, picture).await).await;

    let refusal = check(Vec::new()).await.refused();
    assert_eq!((refusal.reason.as_str(), refusal.told("factors")), ("MORE_EVIDENCE_NEEDED", "FACE"));
    let refusal = check(pictures::portrait("impostor_1").await).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "FACE_MISMATCH"));
    assert!(
        refusal.metadata.is_empty() && !refusal.message.chars().any(|letter| letter.is_ascii_digit()),
        "{refusal:?}"
    );
    // What shows nobody meets nothing, and says why.
    let table = [
        (pictures::nobody(), "NO_FACE"),
        (pictures::together("person_b_1", "person_a_2").await, "SEVERAL_FACES"),
        (pictures::blurred("person_b_2").await, "BLURRED"),
    ];
    for (picture, fault) in table {
        let refusal = check(picture).await.refused();
        assert_eq!((refusal.reason.as_str(), refusal.told("fault")), ("FACE_QUALITY", fault));
    }
    let record = check(pictures::on_its_side("person_b_2").await).await.answer();
    assert_eq!(face(&record).0, Verdict::Passed);

    // Who has not enrolled is told what is asked for, and the teacher can mark her by hand.
    let request = with_picture(&class, pictures::portrait("person_b_2").await).await;
    let refusal = stranger.check_ins().check_in(request).await.refused();
    assert_eq!((refusal.reason.as_str(), refusal.told("factors")), ("MORE_EVIDENCE_NEEDED", "FACE"));
}

async fn a_picture_that_was_sent_before_is_flagged(kind: Kind) {
    let mut college = rollcall_tests::college::College::new("riverside", 2);
    let later = college.another_session(rollcall_tests::seed::State::Active).id;
    let models = super::fetched::models().await.display().to_string();
    let plan = rollcall_tests::world::Plan::new(kind).set("FACE_MODELS_DIR", &models);
    let class = rollcall_tests::Class::of(plan, college).await;
    super::switch(&class, true).await;
    for student in 0..2 {
        enrolled(&class.student(student), vec![pictures::portrait("person_b_1").await]).await;
    }
    let check = async |student: usize, session: Uuid, picture: Vec<u8>| {
        let request =
            rollcall_tests::class::request(session, &class.code_of(session).await.code, class.college.north(0.0));
        let request = rollcall_proto::v1::CheckInRequest { face_image: picture, ..request };
        class.student(student).check_ins().check_in(request).await.answer()
    };
    let resent = Flag::ReplayedPicture as i32;
    let selfie = pictures::portrait("person_b_2").await;
    let first = check(0, class.session_id(), selfie.clone()).await;
    assert!(first.flags.is_empty(), "{first:?}");
    // The same file for another session, and the enrolled photo packed anew.
    let second = check(0, later, selfie.clone()).await;
    assert_eq!((second.flags.as_slice(), face(&second).0), ([resent].as_slice(), Verdict::Passed));
    let enrolled_again = pictures::repacked("person_b_1", ImageFormat::Png).await;
    assert_eq!(check(1, class.session_id(), enrolled_again).await.flags, [resent]);
    // Another student's same file is none of hers.
    assert!(check(1, later, selfie).await.flags.is_empty());
}

async fn ten_pictures_a_minute_are_looked_at(kind: Kind) {
    let class = class(kind, 2).await;
    demand_face(&class, "ASK_FOR_MORE").await;
    let student = class.student(0);
    enrolled(&student, vec![pictures::portrait("person_b_1").await]).await;
    for _ in 0..9 {
        let request = with_picture(&class, pictures::nobody()).await;
        assert_eq!(student.check_ins().check_in(request).await.refused().reason, "FACE_QUALITY");
    }
    let request = with_picture(&class, pictures::portrait("person_b_2").await).await;
    let refusal = student.check_ins().check_in(request).await.refused();
    assert_eq!(refusal.kind(), (Code::ResourceExhausted, "RATE_LIMITED"));
    assert!(refusal.retry_after.is_some());
    // Of everybody by themselves.
    enrolled(&class.student(1), vec![pictures::portrait("person_b_1").await]).await;
}

async fn a_repeat_is_no_other_picture(kind: Kind) {
    let class = class(kind, 1).await;
    let student = class.student(0);
    enrolled(&student, vec![pictures::portrait("person_b_1").await]).await;
    let request = with_picture(&class, pictures::portrait("person_b_2").await).await;
    let record = student.check_ins().check_in(request.clone()).await.answer();
    for _ in 0..12 {
        let again = student.check_ins().check_in(request.clone()).await.answer();
        assert_eq!(again, AttendanceRecord { replayed: true, ..record.clone() });
    }
}

/// Whoever has the password and enrols a face is noticed, and no selfie that somebody has kept can be used again.
async fn enrolling_anew_is_told_and_makes_no_picture_new(kind: Kind) {
    let mut college = rollcall_tests::college::College::new("riverside", 1);
    let later = college.another_session(rollcall_tests::seed::State::Active).id;
    let models = super::fetched::models().await.display().to_string();
    let plan = rollcall_tests::world::Plan::new(kind).set("FACE_MODELS_DIR", &models);
    let class = rollcall_tests::Class::of(plan, college).await;
    super::switch(&class, true).await;
    let student = class.student(0);
    let check = async |session: Uuid, picture: Vec<u8>| {
        let request =
            rollcall_tests::class::request(session, &class.code_of(session).await.code, class.college.north(0.0));
        let request = rollcall_proto::v1::CheckInRequest { face_image: picture, ..request };
        class.student(0).check_ins().check_in(request).await.answer()
    };
    let selfie = pictures::portrait("person_b_2").await;
    enrolled(&student, vec![pictures::portrait("person_b_1").await]).await;
    assert!(check(class.session_id(), selfie.clone()).await.flags.is_empty());
    let packed_anew = pictures::repacked("person_b_1", ImageFormat::Png).await;
    super::enrol(&student, vec![packed_anew]).await.answer();
    assert_eq!(check(later, selfie).await.flags, [Flag::ReplayedPicture as i32]);
    rollcall_tests::until("both enrolments are told", async || {
        let all = rollcall_proto::v1::ListMyNotificationsRequest::default();
        let told = student.notifications().list_my_notifications(all).await.answer().notifications;
        let faces = told.iter().filter(|told| told.kind() == rollcall_proto::v1::notification::Kind::FaceEnrolled);
        (faces.count() == 2).then_some(())
    })
    .await;
}
