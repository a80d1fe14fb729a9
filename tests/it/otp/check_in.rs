//! CheckIn with a one-time password.

use futures_util::future::join_all;
use rollcall_proto::v1::{
    AttendanceRecord, CheckInRequest,
    attendance_record::{Flag, VerificationMethod},
    evidence::{Factor, Verdict},
};
use rollcall_tests::{
    Answer as _, Class, Kind, college::College, in_every_world, in_worlds, on_postgres, seed::State, world::Plan,
};
use tonic::Code;
use uuid::Uuid;

in_every_world!(
    makes_a_record_like_a_code,
    is_refused_after_a_minute,
    is_used_by_the_record_alone,
    gives_the_stored_record_again,
    is_for_one_session_and_one_college,
    one_student_uses_one_once
);
on_postgres!(each_of_many_uses_it_once_on_two_replicas);
in_worlds!([sqlite SQLITE_REDIS, postgres POSTGRES_REDIS] needs_no_redis);

fn verdicts(record: &AttendanceRecord) -> Vec<(Factor, Verdict)> {
    record.evidence.iter().map(|item| (item.factor(), item.verdict())).collect()
}

async fn makes_a_record_like_a_code(kind: Kind) {
    let class = Class::open(kind, 3).await;
    class.world.align(60).await;
    let shown = class.otp().await;
    let record = class.student(0).check_ins().check_in(class.otp_request(&shown.otp)).await.answer();
    assert_eq!(record.verification_method(), VerificationMethod::Otp);
    let expected =
        [(Factor::Code, Verdict::Missing), (Factor::Otp, Verdict::Passed), (Factor::Geofence, Verdict::Passed)];
    assert_eq!(verdicts(&record), expected);
    assert_eq!(record.flags, [] as [i32; 0]);

    let both = CheckInRequest { otp: shown.otp.clone(), ..class.request().await };
    let record = class.student(1).check_ins().check_in(both).await.answer();
    assert_eq!(record.verification_method(), VerificationMethod::Combined);

    // A wrong one beside a code that holds is for staff to look at.
    let wrong = if shown.otp == "000000" { "000001" } else { "000000" };
    let both = CheckInRequest { otp: wrong.to_owned(), ..class.request().await };
    let record = class.student(2).check_ins().check_in(both).await.answer();
    assert_eq!(record.verification_method(), VerificationMethod::Qr);
    assert_eq!(record.flags, [i32::from(Flag::Contradiction)]);

    // The record names the password and does not have its digits.
    let rows = class.world.rows().await;
    let named = "SELECT count(*) AS n FROM attendance_records WHERE otp_used IS NOT NULL AND length(otp_used) = 36";
    assert_eq!(rows.number(named).await, 2);
    assert_eq!(rows.number("SELECT count(DISTINCT otp_used) AS n FROM attendance_records").await, 1);
}

async fn is_refused_after_a_minute(kind: Kind) {
    let class = Class::open(kind, 2).await;
    class.world.align(60).await;
    let shown = class.otp().await;
    class.world.advance(55).await;
    class.student(0).check_ins().check_in(class.otp_request(&shown.otp)).await.answer();
    class.world.advance(6).await;
    let refusal = class.student(1).check_ins().check_in(class.otp_request(&shown.otp)).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "OTP_EXPIRED"));
    let age: i64 = refusal.told("age_seconds").parse().expect("a number");
    assert!((60..70).contains(&age), "{age}");
    // The next one is good.
    let next = class.otp().await;
    class.student(1).check_ins().check_in(class.otp_request(&next.otp)).await.answer();
}

async fn is_used_by_the_record_alone(kind: Kind) {
    let class = Class::open(kind, 1).await;
    class.world.align(60).await;
    let shown = class.otp().await;
    let nowhere = CheckInRequest { position: None, ..class.otp_request(&shown.otp) };
    let refusal = class.student(0).check_ins().check_in(nowhere).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "MORE_EVIDENCE_NEEDED"));
    let away = CheckInRequest { position: Some(class.college.north(400.0)), ..class.otp_request(&shown.otp) };
    let refusal = class.student(0).check_ins().check_in(away).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "OUTSIDE_GEOFENCE"));
    // Nothing was spent.
    class.student(0).check_ins().check_in(class.otp_request(&shown.otp)).await.answer();
    let refusal = class.student(0).check_ins().check_in(class.otp_request(&shown.otp)).await.refused();
    assert_eq!(refusal.kind(), (Code::AlreadyExists, "ALREADY_CHECKED_IN"));
}

async fn gives_the_stored_record_again(kind: Kind) {
    let class = Class::open(kind, 1).await;
    class.world.align(60).await;
    let request = class.otp_request(&class.otp().await.otp);
    let record = class.student(0).check_ins().check_in(request.clone()).await.answer();
    class.world.advance(61).await;
    // It has expired, and another number would be wrong; a repeat is not judged, nor counted.
    for otp in [request.otp.as_str(), "000000", "000001", "000002", "000003", "000004", "000005"] {
        let again = CheckInRequest { otp: otp.to_owned(), ..request.clone() };
        let again = class.student(0).check_ins().check_in(again).await.answer();
        assert_eq!(again, AttendanceRecord { replayed: true, ..record.clone() });
    }
    let rows = class.world.rows().await;
    let counted = "SELECT count(*) AS n FROM one_time_password_tries WHERE CAST(wrong AS text) <> '[]'";
    assert_eq!(rows.number(counted).await, 0);
    assert_eq!(class.records().await.len(), 1);
}

async fn is_for_one_session_and_one_college(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let other = college.another_session(State::Active);
    let foreign = College::new("lakeside", 1);
    let world = Plan::new(kind).start(&[&college, &foreign]).await;
    let class = Class { world, college };
    let foreign_student = class.world.actor(&foreign.students[0]);
    class.world.align(60).await;
    let shown = class.otp().await;
    let elsewhere = CheckInRequest { session_id: Some(other.id.to_string()), ..class.otp_request(&shown.otp) };
    let refusal = class.student(0).check_ins().check_in(elsewhere).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "OTP_INVALID"));
    // Of another college neither the session nor its digits are there.
    let refusal = foreign_student.check_ins().check_in(class.otp_request(&shown.otp)).await.refused();
    assert_eq!(refusal.kind(), (Code::NotFound, "NOT_FOUND"));
    let own = CheckInRequest { session_id: Some(foreign.session.id.to_string()), ..class.otp_request(&shown.otp) };
    let refusal = foreign_student.check_ins().check_in(own).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "OTP_INVALID"));
    // Who is not enrolled learns nothing of them.
    let refusal = class.stranger().check_ins().check_in(class.otp_request(&shown.otp)).await.refused();
    assert_eq!(refusal.kind(), (Code::NotFound, "NOT_ENROLLED"));
    let made_up = class.stranger().check_ins().check_in(class.otp_request("000000")).await.refused();
    assert_eq!(made_up, refusal);
    class.student(0).check_ins().check_in(class.otp_request(&shown.otp)).await.answer();
}

async fn one_student_uses_one_once(kind: Kind) {
    let class = Class::open(kind, 1).await;
    class.world.align(60).await;
    let shown = class.otp().await;
    let racers = (0..32).map(|_| {
        let (student, request) = (class.student(0).on_own_line(), class.otp_request(&shown.otp));
        async move { student.check_ins().check_in(request).await }
    });
    let (winners, losers): (Vec<_>, Vec<_>) = join_all(racers).await.into_iter().partition(Result::is_ok);
    assert_eq!(winners.len(), 1);
    for loser in losers {
        assert_eq!(loser.refused().kind(), (Code::AlreadyExists, "ALREADY_CHECKED_IN"));
    }
    assert_eq!(class.records().await.len(), 1);
}

async fn each_of_many_uses_it_once_on_two_replicas(kind: Kind) {
    const CODES: usize = 20;
    const STUDENTS: usize = 8;
    let mut college = College::new("riverside", STUDENTS);
    let sessions: Vec<Uuid> = (0..CODES).map(|_| college.another_session(State::Active).id).collect();
    let class = Class::of(Plan::new(kind).replicas(2), college).await;
    class.world.align(60).await;
    for session in sessions {
        let ask = rollcall_proto::v1::RequestOtpRequest {
            location_id: class.college.location.id.to_string(),
            session_id: Some(session.to_string()),
            student_id: None,
        };
        let shown = class.teacher().codes().request_otp(ask).await.answer();
        // 32 at once: each student four times, twice on each replica, two of the four with the same id.
        let racers = (0..STUDENTS).flat_map(|number| {
            let ids = [Uuid::now_v7(), Uuid::now_v7()];
            [(0, ids[0]), (1, ids[0]), (0, ids[1]), (1, ids[1])].map(|(replica, id)| (number, replica, id))
        });
        let racers = racers.map(|(number, replica, id)| {
            let student = class.student(number).at(replica);
            let request = CheckInRequest {
                check_in_id: id.to_string(),
                session_id: Some(session.to_string()),
                ..class.otp_request(&shown.otp)
            };
            async move { (number, student.check_ins().check_in(request).await) }
        });
        let answers = join_all(racers).await;
        let records = class.records_of(session).await;
        assert_eq!(records.len(), STUDENTS);
        for (number, answer) in answers {
            let id = class.college.students[number].id.to_string();
            let stored = records.iter().find(|record| record.student_id == id).expect("a record");
            match answer {
                Ok(record) => assert_eq!(record.into_inner().id, stored.id),
                Err(refusal) => {
                    let refusal = Err::<tonic::Response<()>, _>(refusal).refused();
                    assert_eq!(refusal.kind(), (Code::AlreadyExists, "ALREADY_CHECKED_IN"));
                }
            }
        }
    }
}

async fn needs_no_redis(kind: Kind) {
    let mut class = Class::open(kind, 1).await;
    class.world.redis.as_mut().expect("Redis").kill().await;
    class.world.align(60).await;
    let shown = class.otp().await;
    let guess = if shown.otp == "000000" { "000001" } else { "000000" };
    let refusal = class.student(0).check_ins().check_in(class.otp_request(guess)).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "OTP_INVALID"));
    class.student(0).check_ins().check_in(class.otp_request(&shown.otp)).await.answer();
}
