//! RequestOtp for one student, by mail.

use chrono::TimeDelta;
use rollcall_proto::v1::{
    CheckInRequest, OneTimePassword, RequestOtpRequest, VerifyOtpRequest, attendance_record::VerificationMethod,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::College,
    in_every_world, in_one_world,
    mail::{Line, Message},
    record::time,
    until,
    world::Plan,
};
use tonic::Code;

in_every_world!(goes_to_the_student_alone, is_for_the_student_alone, goes_to_nobody_else);
in_one_world!(needs_mail, says_it_in_the_colleges_language);

const MINUTE: i64 = 60;

fn to(class: &Class, student: usize) -> RequestOtpRequest {
    RequestOtpRequest {
        location_id: class.college.location.id.to_string(),
        session_id: Some(class.session_id().to_string()),
        student_id: Some(class.college.students[student].id.to_string()),
    }
}

async fn class(kind: Kind, students: usize) -> Class {
    let class = Class::of(Plan::new(kind).mail(Line::Plain), College::new("riverside", students)).await;
    class.world.align(MINUTE).await;
    class
}

async fn ask(class: &Class, student: usize) -> OneTimePassword {
    class.teacher().codes().request_otp(to(class, student)).await.answer()
}

async fn letter(class: &Class, student: usize, number: usize) -> Message {
    class.world.mail().message(&class.college.students[student].email, number).await
}

/// The six digits in a letter, which are there once.
fn digits(message: &Message) -> String {
    let words = message.text.split(|character: char| !character.is_ascii_digit());
    let found: Vec<&str> = words.filter(|word| word.len() == 6).collect();
    let [only] = found.as_slice() else { panic!("not one password in {}", message.text) };
    assert!(!message.header("Subject").contains(only) && message.html.contains(only));
    (*only).to_owned()
}

async fn goes_to_the_student_alone(kind: Kind) {
    let class = class(kind, 2).await;
    let asked = ask(&class, 0).await;
    assert_eq!(asked.otp, "");
    assert_eq!(time(asked.expires_at) - time(asked.issued_at), TimeDelta::minutes(5));
    let otp = digits(&letter(&class, 0, 1).await);
    // It is another than the one that is shown, and asking again in the same minute sends no second letter.
    assert_eq!(ask(&class, 0).await, asked);
    class.world.advance(MINUTE).await;
    let next = ask(&class, 0).await;
    assert!(next.issued_at != asked.issued_at);
    assert_ne!(digits(&letter(&class, 0, 2).await), otp);
    assert_eq!(class.world.mail().messages().len(), 2);
    // The first one is good for its five minutes.
    class.world.advance(3 * MINUTE).await;
    let record = class.student(0).check_ins().check_in(class.otp_request(&otp)).await.answer();
    assert_eq!(record.verification_method(), VerificationMethod::Otp);
    assert!(record.evidence.iter().any(|item| item.detail == "The one-time password was sent to you."), "{record:?}");
    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT count(*) AS n FROM audit_rows WHERE action = 'otp.issue'").await, 2);
    for column in ["payload", "kind"] {
        let found = format!("SELECT count(*) AS n FROM jobs WHERE CAST({column} AS text) LIKE '%{otp}%'");
        assert_eq!(rows.number(&found).await, 0);
    }
}

async fn is_for_the_student_alone(kind: Kind) {
    let class = class(kind, 2).await;
    ask(&class, 0).await;
    let otp = digits(&letter(&class, 0, 1).await);
    let refusal = class.student(1).check_ins().check_in(class.otp_request(&otp)).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "OTP_INVALID"));
    let verify = VerifyOtpRequest { session_id: Some(class.session_id().to_string()), otp: otp.clone() };
    class.student(0).codes().verify_otp(verify.clone()).await.answer();
    // Another's wrong tries do not spend it, and one's own are counted.
    let wrong = if otp == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        let request = CheckInRequest { otp: wrong.to_owned(), ..class.otp_request("") };
        let refusal = class.student(1).check_ins().check_in(request).await.refused();
        assert!(["OTP_INVALID", "ATTEMPTS_EXHAUSTED"].contains(&refusal.kind().1), "{refusal:?}");
    }
    class.student(0).check_ins().check_in(class.otp_request(&otp)).await.answer();
    let refusal = class.student(0).check_ins().check_in(class.otp_request(&otp)).await.refused();
    assert_eq!(refusal.kind(), (Code::AlreadyExists, "ALREADY_CHECKED_IN"));
}

async fn goes_to_nobody_else(kind: Kind) {
    let class = class(kind, 1).await;
    let refusal = class.other_teacher().codes().request_otp(to(&class, 0)).await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "NOT_YOUR_SESSION"));
    // Somebody who is not there, and somebody who is not a student of it: nobody is told which.
    for id in [uuid::Uuid::now_v7(), class.college.other_teacher.id] {
        let request = RequestOtpRequest { student_id: Some(id.to_string()), ..to(&class, 0) };
        let refusal = class.teacher().codes().request_otp(request).await.refused();
        assert_eq!(refusal.kind(), (Code::NotFound, "NOT_ENROLLED"));
    }
    assert_eq!(class.world.rows().await.number("SELECT count(*) AS n FROM one_time_passwords").await, 0);
}

async fn needs_mail(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let refusal = class.teacher().codes().request_otp(to(&class, 0)).await.refused();
    assert_eq!(refusal.kind().1, "MAIL_NOT_CONFIGURED");
    assert_eq!(class.otp().await.otp.len(), 6);
}

async fn says_it_in_the_colleges_language(kind: Kind) {
    let class = class(kind, 1).await;
    let (path, german) = ("/api/v1/college", serde_json::json!({"language": "DE"}));
    assert_eq!(
        class.admin().rest().send(class.admin().rest().request(http::Method::PATCH, path).json(&german)).await.status,
        200
    );
    ask(&class, 0).await;
    let message = letter(&class, 0, 1).await;
    assert!(message.text.contains("Ihr Einmalpasswort") && digits(&message).len() == 6, "{}", message.text);
    until("the letter is done", async || {
        let left = class.world.rows().await.number("SELECT count(*) AS n FROM jobs WHERE kind = 'otp.mail'").await;
        (left == 0).then_some(())
    })
    .await;
}
