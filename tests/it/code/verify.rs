//! VerifyCode.

use chrono::TimeDelta;
use rollcall_proto::v1::{VerifyCodeRequest, VerifyCodeResponse};
use rollcall_tests::{
    Answer as _, Class, Kind, in_every_world,
    record::{time, timestamp},
};
use tonic::Code;

in_every_world!(tells_what_a_check_in_would);

async fn tells_what_a_check_in_would(kind: Kind) {
    let class = Class::open(kind, 1).await;
    class.world.align(25).await;
    let code = class.code().await;
    let request = VerifyCodeRequest { code: code.code.clone(), session_id: None, ..VerifyCodeRequest::default() };
    let expected = VerifyCodeResponse {
        valid: true,
        session_id: class.session_id().to_string(),
        location_id: class.college.location.id.to_string(),
        accepted_until: Some(timestamp(time(code.expires_at) + TimeDelta::seconds(25))),
    };
    let student = class.student(0);
    assert_eq!(student.codes().verify_code(request.clone()).await.answer(), expected);
    let named = VerifyCodeRequest { session_id: Some(class.session_id().to_string()), ..request.clone() };
    assert_eq!(student.codes().verify_code(named).await.answer(), expected);
    let refusal = class.stranger().codes().verify_code(request.clone()).await.refused();
    assert_eq!(refusal.kind(), (Code::NotFound, "NOT_ENROLLED"));

    class.world.advance(25).await;
    assert_eq!(student.codes().verify_code(request.clone()).await.answer(), expected);
    class.world.advance(25).await;
    let refusal = student.codes().verify_code(request.clone()).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "CODE_EXPIRED"));

    let end = rollcall_proto::v1::EndSessionRequest { id: class.session_id().to_string() };
    let fresh = class.code().await.code;
    class.teacher().sessions().end_session(end).await.answer();
    let request = VerifyCodeRequest { code: fresh, session_id: None, ..VerifyCodeRequest::default() };
    let refusal = student.codes().verify_code(request).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "SESSION_NOT_ACTIVE"));
}
