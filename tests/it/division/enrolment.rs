//! EnrolStudent and EndEnrolment, and what they mean for check-ins and absences.

use chrono::Days;
use rollcall_proto::v1::{
    EndEnrolmentRequest, EndSessionRequest, EnrolStudentRequest, Enrolment, ListDivisionsRequest, attendance_record,
};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, college::College, on_both_stores, seed::Role, world::Plan,
};
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use super::today;

on_both_stores!(
    lets_a_student_check_in_and_out_again,
    begins_and_ends_on_days_of_the_college,
    never_overlaps,
    takes_back_what_has_not_begun,
    needs_a_student_and_a_division,
    decides_who_is_absent
);

/// So many days from today.
fn day(days: i64) -> String {
    let span = Days::new(days.unsigned_abs());
    (if days < 0 { today() - span } else { today() + span }).to_string()
}

fn enrol(class: &Class, student: Uuid, from: Option<i64>, to: Option<i64>) -> EnrolStudentRequest {
    EnrolStudentRequest {
        division_id: class.college.division.id.to_string(),
        student_id: student.to_string(),
        from_date: from.map(day),
        to_date: to.map(day),
    }
}

fn end(class: &Class, student: Uuid) -> EndEnrolmentRequest {
    EndEnrolmentRequest { division_id: class.college.division.id.to_string(), student_id: student.to_string() }
}

async fn belongs(actor: &Actor) -> bool {
    !actor.divisions().list_divisions(ListDivisionsRequest::default()).await.answer().divisions.is_empty()
}

async fn lets_a_student_check_in_and_out_again(kind: Kind) {
    let class = Class::open(kind, 1).await;
    // The server has its copy of who belongs to the division.
    class.check_in(0).await;
    let (stranger, id) = (class.stranger(), class.college.stranger.id);
    let refused = async || stranger.check_ins().check_in(class.request().await).await.refused();
    assert_eq!(refused().await.kind(), (Code::NotFound, "NOT_ENROLLED"));
    let rest = class.admin().rest();
    let path = format!("/api/v1/divisions/{}/students", class.college.division.id);
    let told = rest.post(&path, &json!({"student_id": id})).await.answer();
    assert_eq!(
        told,
        json!({"division_id": class.college.division.id, "student_id": id, "from_date": day(0), "to_date": ""})
    );
    assert!(belongs(&stranger).await);
    let left = rest.request(http::Method::DELETE, &format!("{path}/{id}"));
    rest.send(left).await.answer();
    assert!(!belongs(&stranger).await);
    assert_eq!(refused().await.kind(), (Code::NotFound, "NOT_ENROLLED"));
    class.admin().divisions().enrol_student(enrol(&class, id, None, None)).await.answer();
    stranger.check_ins().check_in(class.request().await).await.answer();
    let rows = class.world.rows().await;
    for (action, times) in [("created", 2), ("ended", 1)] {
        let query = format!("SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'enrolment.{action}'");
        assert_eq!(rows.number(&query).await, times, "{action}");
    }
}

async fn begins_and_ends_on_days_of_the_college(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    for (from, to, now) in
        [(-3, Some(-1), false), (-3, Some(0), true), (0, Some(0), true), (1, None, false), (-1, None, true)]
    {
        let mut student = class.college.stranger.clone();
        student.id = Uuid::now_v7();
        student.email = format!("{}@riverside.example", student.id);
        let seed = rollcall_tests::seed::Seed { users: vec![student.clone()], ..Default::default() };
        class.world.seed(&seed).await;
        let told = admin.divisions().enrol_student(enrol(&class, student.id, Some(from), to)).await.answer();
        let expected = Enrolment {
            division_id: class.college.division.id.to_string(),
            student_id: student.id.to_string(),
            from_date: day(from),
            to_date: to.map(day).unwrap_or_default(),
        };
        assert_eq!(told, expected);
        let actor = class.world.actor(&student);
        assert_eq!(belongs(&actor).await, now, "{from} {to:?}");
        let checked_in = actor.check_ins().check_in(class.request().await).await.is_ok();
        assert_eq!(checked_in, now, "{from} {to:?}");
    }
    for (from, to, field) in [
        (Some("2026-02-30".to_owned()), None, "from_date"),
        (Some("02.03.2026".to_owned()), None, "from_date"),
        (None, Some(String::new()), "to_date"),
        (None, Some(day(-1)), "to_date"),
    ] {
        let request = EnrolStudentRequest {
            from_date: from,
            to_date: to,
            ..enrol(&class, class.college.stranger.id, None, None)
        };
        let refusal = admin.divisions().enrol_student(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"));
        assert_eq!(refusal.violations[0].0, field);
    }
}

async fn never_overlaps(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let (admin, id) = (class.admin(), class.college.stranger.id);
    let try_to = async |from, to| admin.divisions().enrol_student(enrol(&class, id, Some(from), to)).await;
    try_to(10, Some(20)).await.answer();
    for (from, to) in [(10, Some(20)), (10, None), (0, Some(10)), (20, None), (0, None), (12, Some(13))] {
        let refusal = try_to(from, to).await.refused();
        assert_eq!(refusal.kind(), (Code::AlreadyExists, "ENROLMENT_OVERLAPS"), "{from} {to:?}");
    }
    try_to(0, Some(9)).await.answer();
    try_to(21, None).await.answer();
    // Another division is another matter.
    let elsewhere = EnrolStudentRequest {
        division_id: class.college.other_division.id.to_string(),
        ..enrol(&class, id, None, None)
    };
    admin.divisions().enrol_student(elsewhere).await.answer();

    // Of many at once, one.
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let tries = (0..8).map(|from| {
        let (admin, request) = (admin.clone(), enrol(&class, class.college.stranger.id, Some(from), None));
        tokio::spawn(async move { admin.divisions().enrol_student(request).await.is_ok() })
    });
    let mut enrolled = 0;
    for task in tries.collect::<Vec<_>>() {
        enrolled += usize::from(task.await.expect("it ends"));
    }
    assert_eq!(enrolled, 1);
}

async fn takes_back_what_has_not_begun(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let (admin, id) = (class.admin(), class.college.stranger.id);
    for (from, to) in [(-9, Some(-5)), (-4, Some(4)), (5, None)] {
        admin.divisions().enrol_student(enrol(&class, id, Some(from), to)).await.answer();
    }
    admin.divisions().end_enrolment(end(&class, id)).await.answer();
    let refusal = admin.divisions().end_enrolment(end(&class, id)).await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "enrolment"));
    let rows = class.world.rows().await;
    let count = async |filter: &str| {
        rows.number(&format!("SELECT COUNT(*) AS n FROM enrolments WHERE from_date >= '{}' AND {filter}", day(-9)))
            .await
    };
    assert_eq!(count("1 = 1").await, 2, "the one that has not begun is gone");
    assert_eq!(count(&format!("to_date = '{}'", day(-1))).await, 1, "the one that holds ended yesterday");
    assert_eq!(count(&format!("to_date = '{}'", day(-5))).await, 1, "the one that was over is as it was");
}

async fn needs_a_student_and_a_division(kind: Kind) {
    let (college, other) = (College::new("riverside", 0), College::new("hillside", 1));
    let world = Plan::new(kind).start(&[&college, &other]).await;
    let class = Class { world, college };
    let admin = class.admin();
    for (id, resource) in
        [(class.college.teacher.id, "student"), (other.students[0].id, "student"), (Uuid::now_v7(), "student")]
    {
        let refusal = admin.divisions().enrol_student(enrol(&class, id, None, None)).await.refused();
        assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), resource));
    }
    for division in [other.division.id, Uuid::now_v7()] {
        let request = EnrolStudentRequest {
            division_id: division.to_string(),
            ..enrol(&class, class.college.stranger.id, None, None)
        };
        let refusal = admin.divisions().enrol_student(request).await.refused();
        assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "division"));
    }
}

async fn decides_who_is_absent(kind: Kind) {
    let mut college = College::new("riverside", 2);
    let gone = college.another_person("gone", Role::Student);
    college.more.users.last_mut().expect("the person").is_active = false;
    let division = college.division.clone();
    college.enrol(&gone, &division);
    let class = Class::of(Plan::new(kind), college).await;
    class.check_in(0).await;
    let admin = class.admin();
    admin.divisions().enrol_student(enrol(&class, class.college.stranger.id, None, None)).await.answer();
    admin.divisions().end_enrolment(end(&class, class.college.students[1].id)).await.answer();
    let request = EndSessionRequest { id: class.session_id().to_string() };
    class.teacher().sessions().end_session(request).await.answer();
    let absent = attendance_record::Status::Absent as i32;
    let found: Vec<_> =
        class.records().await.into_iter().filter(|record| record.status == absent).map(|one| one.student_id).collect();
    assert_eq!(found, [class.college.stranger.id.to_string()], "neither who left nor who is not active");
}
