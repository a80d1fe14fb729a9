//! VerifyOtp.

use rollcall_proto::v1::{EndSessionRequest, VerifyOtpRequest, VerifyOtpResponse};
use rollcall_tests::{Answer as _, Class, Kind, in_every_world, in_one_world};
use tonic::Code;

in_every_world!(tells_what_a_check_in_would);
in_one_world!(takes_six_digits);

async fn tells_what_a_check_in_would(kind: Kind) {
    let class = Class::open(kind, 1).await;
    class.world.align(60).await;
    let shown = class.otp().await;
    let ask = |otp: &str| VerifyOtpRequest { session_id: Some(class.session_id().to_string()), otp: otp.to_owned() };
    let expected = VerifyOtpResponse {
        valid: true,
        session_id: class.session_id().to_string(),
        location_id: class.college.location.id.to_string(),
        accepted_until: shown.expires_at,
    };
    let student = class.student(0);
    // As often as anybody likes: it uses nothing up.
    for _ in 0..7 {
        assert_eq!(student.codes().verify_otp(ask(&shown.otp)).await.answer(), expected);
    }
    let unnamed = VerifyOtpRequest { session_id: None, ..ask(&shown.otp) };
    assert_eq!(student.codes().verify_otp(unnamed).await.answer(), expected);
    let refusal = class.stranger().codes().verify_otp(ask(&shown.otp)).await.refused();
    assert_eq!(refusal.kind(), (Code::NotFound, "NOT_ENROLLED"));
    let refusal = class.teacher().codes().verify_otp(ask(&shown.otp)).await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "ROLE_NOT_ALLOWED"));

    class.world.advance(61).await;
    let refusal = student.codes().verify_otp(ask(&shown.otp)).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "OTP_EXPIRED"));
    let next = class.otp().await;
    let end = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(end).await.answer();
    let refusal = student.codes().verify_otp(ask(&next.otp)).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "SESSION_NOT_ACTIVE"));
}

async fn takes_six_digits(kind: Kind) {
    let class = Class::open(kind, 1).await;
    for otp in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", " 12345"] {
        let ask = VerifyOtpRequest { session_id: None, otp: otp.to_owned() };
        let refusal = class.student(0).codes().verify_otp(ask).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{otp:?}");
        assert_eq!(refusal.violations[0].0, "otp");
        if !otp.is_empty() {
            let refusal = class.student(0).check_ins().check_in(class.otp_request(otp)).await.refused();
            assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{otp:?}");
        }
    }
}
