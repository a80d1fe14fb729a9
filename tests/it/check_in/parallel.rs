//! Many at once: the constraints decide, not the order of arrival.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use rollcall_proto::v1::{AttendanceRecord, CheckInRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, in_every_world,
    record::{known, present},
};
use tonic::Code;
use uuid::Uuid;

in_every_world!(one_id_makes_one_row, one_student_makes_one_row, two_hundred_students_make_two_hundred_rows);

const RACERS: usize = 16;

async fn one_id_makes_one_row(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let request = class.request().await;
    let racers = (0..RACERS).map(|_| {
        let (student, request) = (class.student(0).on_own_line(), request.clone());
        async move { student.check_ins().check_in(request).await.answer() }
    });
    let answers = join_all(racers).await;

    let stored = class.records().await;
    assert_eq!(stored.len(), 1, "{stored:?}");
    assert_eq!(known(stored[0].clone()), present(class.session_id(), class.college.students[0].id));
    for answer in &answers {
        assert_eq!(AttendanceRecord { replayed: false, ..answer.clone() }, stored[0]);
    }
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1, "one of them made the record");
}

async fn one_student_makes_one_row(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let request = class.request().await;
    let racers = (0..RACERS).map(|_| {
        let student = class.student(0).on_own_line();
        let request = CheckInRequest { check_in_id: Uuid::now_v7().to_string(), ..request.clone() };
        async move { student.check_ins().check_in(request).await }
    });
    let (winners, losers): (Vec<_>, Vec<_>) = join_all(racers).await.into_iter().partition(Result::is_ok);

    let winners: Vec<AttendanceRecord> = winners.into_iter().map(|result| result.answer()).collect();
    assert_eq!(class.records().await, winners);
    assert_eq!(winners.len(), 1);
    for loser in losers {
        let refusal = loser.refused();
        assert_eq!(refusal.kind(), (Code::AlreadyExists, "ALREADY_CHECKED_IN"));
        assert_eq!(refusal.told("record_id"), winners[0].id);
    }
}

async fn two_hundred_students_make_two_hundred_rows(kind: Kind) {
    const STUDENTS: usize = 200;
    let class = Class::open(kind, STUDENTS).await;
    let mut watch = class.watch().await;
    watch.session().await;
    let request = class.request().await;
    let lines: Vec<_> = (0..4).map(|_| class.student(0).on_own_line()).collect();
    let all = (0..STUDENTS).map(|number| {
        let token = class.student(number).token().expect("a token");
        let student = lines[number % lines.len()].with_token(token);
        let request = CheckInRequest { check_in_id: Uuid::now_v7().to_string(), ..request.clone() };
        async move { student.check_ins().check_in(request).await.answer() }
    });
    let answers = join_all(all).await;

    for (answer, student) in answers.iter().zip(&class.college.students) {
        assert_eq!(known(answer.clone()), present(class.session_id(), student.id));
    }
    let sorted = |mut records: Vec<AttendanceRecord>| {
        records.sort_by(|left, right| left.id.cmp(&right.id));
        records
    };
    let answers = sorted(answers);
    assert_eq!(answers.iter().map(|record| &record.id).collect::<BTreeSet<_>>().len(), STUDENTS);
    assert_eq!(sorted(class.records().await), answers);
    assert_eq!(sorted(watch.records(STUDENTS).await), answers);
}
