//! Two replicas on one PostgreSQL, with and without a Redis between them: whatever both are asked at once happens once.

use std::collections::BTreeMap;

use futures_util::future::{join, join_all};
use rollcall_proto::v1::{AttendanceRecord, CheckInRequest, EndSessionRequest, attendance_record::Status};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::College,
    on_postgres,
    record::{absent, known},
    seed::State,
    world::Plan,
};
use tonic::Code;
use uuid::Uuid;

use super::journal::Load;

on_postgres!(make_one_record_between_them, end_a_session_once, survive_the_death_of_one);

async fn make_one_record_between_them(kind: Kind) {
    const RACERS: usize = 32;
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 20)).await;
    let request = class.request().await;
    for number in 0..class.college.students.len() {
        let id = Uuid::now_v7().to_string();
        let racers = (0..RACERS).map(|racer| {
            let student = class.student(number).at(racer % 2);
            // Half of them repeat one check-in, the others each make one of their own.
            let check_in_id = if racer % 4 < 2 { id.clone() } else { Uuid::now_v7().to_string() };
            let request = CheckInRequest { check_in_id, ..request.clone() };
            async move { student.check_ins().check_in(request).await }
        });
        let results = join_all(racers).await;
        let mut records = Vec::new();
        let mut refused = Vec::new();
        for result in results {
            match result {
                Ok(response) => records.push(response.into_inner()),
                Err(status) => refused.push(rollcall_tests::Refusal::from(&status)),
            }
        }
        let made: Vec<&AttendanceRecord> = records.iter().filter(|record| !record.replayed).collect();
        assert_eq!(made.len(), 1, "{records:?}");
        assert!(records.iter().all(|record| record.id == made[0].id), "{records:?}");
        for refusal in refused {
            assert_eq!(refusal.kind(), (Code::AlreadyExists, "ALREADY_CHECKED_IN"));
            assert_eq!(refusal.told("record_id"), made[0].id);
        }
    }
    assert_eq!(class.records().await.len(), class.college.students.len());
}

async fn end_a_session_once(kind: Kind) {
    const SESSIONS: usize = 8;
    let mut college = College::new("riverside", 12);
    let sessions: Vec<_> = (0..SESSIONS).map(|_| college.another_session(State::Active)).collect();
    let class = Class::of(Plan::new(kind).replicas(2), college).await;
    for session in sessions {
        let code = class.code_of(session.id).await.code;
        let check_ins = join_all((0..class.college.students.len()).map(|number| {
            let student = class.student(number).at(number % 2);
            let request = rollcall_tests::class::request(session.id, &code, class.college.north(0.0));
            async move { (student.user().id, student.check_ins().check_in(request).await) }
        }));
        let ends = join_all((0..4).map(|racer| {
            let teacher = class.teacher().at(racer % 2);
            let end = EndSessionRequest { id: session.id.to_string() };
            async move { teacher.sessions().end_session(end).await }
        }));
        let (check_ins, ends) = join(check_ins, ends).await;
        assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1, "{ends:?}");
        let mut acknowledged = BTreeMap::new();
        for (student, result) in check_ins {
            if result.is_ok() {
                acknowledged.insert(student.to_string(), result.answer());
            } else {
                assert_eq!(result.refused().kind(), (Code::FailedPrecondition, "SESSION_NOT_ACTIVE"));
            }
        }
        let stored = class.records_of(session.id).await;
        assert_eq!(stored.len(), class.college.students.len());
        for record in stored {
            if let Some(told) = acknowledged.remove(&record.student_id) {
                assert_eq!(record, told);
                assert_ne!(record.status, Status::Absent as i32);
            } else {
                let student = Uuid::parse_str(&record.student_id).expect("an id");
                assert_eq!(known(record), absent(session.id, student));
            }
        }
        assert!(acknowledged.is_empty(), "acknowledged and lost: {acknowledged:?}");
    }
}

async fn survive_the_death_of_one(kind: Kind) {
    let mut college = College::new("riverside", 60);
    for _ in 1..8 {
        college.another_session(State::Active);
    }
    let plan = Plan::new(kind).replicas(2).set("QR_REFRESH_INTERVAL_SECONDS", "300");
    let mut class = Class::of(plan, college).await;
    class.world.align(300).await;
    let load = Load::begin(&class, 16, 2).await;
    let total = load.len(&class);
    for (part, replica) in [(1, 0), (2, 1)] {
        load.answered(total * part / 3).await;
        class.world.kill(replica).await;
        class.world.resume(replica).await;
    }
    load.finish(&class).await;
}
