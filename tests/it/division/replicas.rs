//! A change of an enrolment counts at once on every replica.

use std::time::Duration;

use rollcall_proto::v1::{EndEnrolmentRequest, EnrolStudentRequest, VerifyCodeRequest};
use rollcall_tests::{Answer as _, Class, Kind, college::College, in_worlds, until::until_within, world::Plan};
use tonic::Code;

// Replicas hear of each other through Redis.
in_worlds!([sqlite SQLITE_REDIS, postgres POSTGRES_REDIS] hear_of_enrolments);

async fn hear_of_enrolments(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 4)).await;
    let student = |number: usize| class.student(number).at(1);
    // The other replica has its copy.
    student(0).check_ins().check_in(class.request().await).await.answer();
    let (division_id, leaver) = (class.college.division.id.to_string(), class.college.students[1].id.to_string());
    let left = EndEnrolmentRequest { division_id: division_id.clone(), student_id: leaver };
    class.admin().divisions().end_enrolment(left).await.answer();
    let newcomer =
        EnrolStudentRequest { division_id, student_id: class.college.stranger.id.to_string(), ..Default::default() };
    class.admin().divisions().enrol_student(newcomer).await.answer();

    let stranger = class.stranger().at(1);
    stranger.check_ins().check_in(class.request().await).await.answer();
    let shown = VerifyCodeRequest {
        code: class.code().await.code,
        session_id: Some(class.session_id().to_string()),
        ..VerifyCodeRequest::default()
    };
    let refusal = until_within("the replica has heard of it", Duration::from_secs(1), async || {
        let told = student(1).codes().verify_code(shown.clone()).await;
        told.is_err().then(|| told.refused())
    });
    assert_eq!(refusal.await.kind(), (Code::NotFound, "NOT_ENROLLED"));
    let refusal = student(1).check_ins().check_in(class.request().await).await.refused();
    assert_eq!(refusal.kind(), (Code::NotFound, "NOT_ENROLLED"));
}
