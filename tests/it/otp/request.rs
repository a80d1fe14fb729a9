//! RequestOtp.

use chrono::TimeDelta;
use http::Method;
use rollcall_proto::v1::{EndSessionRequest, OneTimePassword, RequestOtpRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, college::College, in_every_world, in_one_world, on_postgres, record::time, world::Plan,
};
use tonic::Code;

in_every_world!(is_one_for_the_minute, is_for_the_teacher_of_an_active_session);
on_postgres!(is_the_same_on_every_replica);
in_one_world!(is_no_head_and_kept_by_nobody, lives_as_long_as_is_set);

const MINUTE: i64 = 60;

fn at(class: &Class) -> RequestOtpRequest {
    RequestOtpRequest { location_id: class.college.location.id.to_string(), session_id: None, student_id: None }
}

async fn is_one_for_the_minute(kind: Kind) {
    let class = Class::open(kind, 0).await;
    class.world.align(MINUTE).await;
    let mut seen: Vec<OneTimePassword> = Vec::new();
    for _ in 0..3 {
        let shown = class.otp().await;
        assert!(shown.otp.len() == 6 && shown.otp.bytes().all(|byte| byte.is_ascii_digit()), "{shown:?}");
        assert_eq!(time(shown.expires_at) - time(shown.issued_at), TimeDelta::seconds(MINUTE));
        assert_eq!(shown.session_id, class.session_id().to_string());
        assert_eq!(shown.location_id, class.college.location.id.to_string());
        // Later in the minute, by the session or the place, by the teacher or an administrator: it is the same.
        class.world.advance(30).await;
        assert_eq!(class.otp().await, shown);
        assert_eq!(class.teacher().codes().request_otp(at(&class)).await.answer(), shown);
        let named = RequestOtpRequest { session_id: Some(shown.session_id.clone()), ..at(&class) };
        assert_eq!(class.admin().codes().request_otp(named).await.answer(), shown);
        assert!(seen.iter().all(|other| other.issued_at != shown.issued_at), "{shown:?}");
        seen.push(shown);
        class.world.advance(30).await;
    }
    // Three of six digits are the same once in 300,000 times.
    assert!(seen.windows(2).any(|pair| pair[0].otp != pair[1].otp), "{seen:?}");
    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT count(*) AS n FROM one_time_passwords").await, 3);
    assert_eq!(rows.number("SELECT count(*) AS n FROM audit_rows WHERE action = 'otp.issue'").await, 3);
}

async fn is_for_the_teacher_of_an_active_session(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let refusal = class.student(0).codes().request_otp(at(&class)).await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "ROLE_NOT_ALLOWED"));
    let refusal = class.other_teacher().codes().request_otp(at(&class)).await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "NOT_YOUR_SESSION"));
    let end = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(end).await.answer();
    let refusal = class.teacher().codes().request_otp(at(&class)).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "SESSION_NOT_ACTIVE"));
    assert_eq!(class.world.rows().await.number("SELECT count(*) AS n FROM one_time_passwords").await, 0);
}

async fn is_the_same_on_every_replica(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 0)).await;
    for _ in 0..5 {
        class.world.align(MINUTE).await;
        let racers = (0..16).map(|racer| {
            let (teacher, request) = (class.teacher().at(racer % 2).on_own_line(), at(&class));
            async move { teacher.codes().request_otp(request).await.answer() }
        });
        let shown = futures_util::future::join_all(racers).await;
        assert!(shown.iter().all(|other| *other == shown[0]), "{shown:?}");
    }
    assert_eq!(class.world.rows().await.number("SELECT count(*) AS n FROM one_time_passwords").await, 5);
}

async fn is_no_head_and_kept_by_nobody(kind: Kind) {
    let class = Class::open(kind, 0).await;
    class.world.align(MINUTE).await;
    let shown = class.otp().await;
    let (rest, path) = (class.teacher().rest(), format!("/api/v1/otp/request/{}", class.college.location.id));
    let by_get = rest.get(&path).await;
    let by_post = rest.post(&path, &serde_json::json!({})).await;
    for reply in [by_get, by_post] {
        assert_eq!(reply.status, 200);
        assert_eq!(reply.body["otp"], shown.otp);
        assert_eq!(reply.headers.get("cache-control").map(String::as_str), Some("no-store"));
    }
    assert_eq!(rest.send(rest.request(Method::HEAD, &path)).await.status, 405);
}

async fn lives_as_long_as_is_set(kind: Kind) {
    let class = Class::of(Plan::new(kind).set("OTP_EXPIRATION_SECONDS", "10"), College::new("riverside", 1)).await;
    class.world.align(10).await;
    let shown = class.otp().await;
    assert_eq!(time(shown.expires_at) - time(shown.issued_at), TimeDelta::seconds(10));
    class.world.advance(11).await;
    let refusal = class.student(0).check_ins().check_in(class.otp_request(&shown.otp)).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "OTP_EXPIRED"));
}
