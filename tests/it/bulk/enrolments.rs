//! Who belongs to which division.

use chrono::{Days, NaiveDate};
use rollcall_proto::v1::{EnrolStudentRequest, ListDivisionStudentsRequest};
use rollcall_tests::{Answer as _, Class, Kind, actor::Actor, in_every_world, on_both_stores};
use serde_json::json;

use super::{Run, assert_faults, export, import, imported, rows_of, two_colleges};

on_both_stores!(
    makes_and_changes_enrolments,
    names_every_fault,
    knows_no_other_college,
    takes_a_whole_file_of_one_student
);
in_every_world!(lets_check_in_at_once);

async fn on(admin: &Actor, division: &str, day: &str) -> usize {
    let request =
        ListDivisionStudentsRequest { id: division.to_owned(), day: Some(day.to_owned()), ..Default::default() };
    admin.divisions().list_division_students(request).await.answer().students.len()
}

async fn makes_and_changes_enrolments(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let division = class.college.other_division.id.to_string();
    let header = "division,student_email,from_date,to_date\n";
    let stranger = "stranger@riverside.example";
    let csv = format!("{header}B,{stranger},2030-01-01,2030-05-31\nB,{stranger},2030-09-01,\n");
    assert_eq!(imported(&admin, "enrolments", &csv).await, [2, 0, 0]);
    assert_eq!(imported(&admin, "enrolments", &csv).await, [0, 0, 2]);
    for (day, students) in [("2030-01-01", 1), ("2030-05-31", 1), ("2030-06-01", 0), ("2031-01-01", 1)] {
        assert_eq!(on(&admin, &division, day).await, students, "{day}");
    }
    // Another end, and without the column none is changed.
    let csv = format!("{header}B,{stranger},2030-01-01,2030-06-30\n");
    assert_eq!(imported(&admin, "enrolments", &csv).await, [0, 1, 0]);
    let csv = format!("from_date,division,student_email\n2030-01-01,B,{stranger}\n");
    assert_eq!(imported(&admin, "enrolments", &csv).await, [0, 0, 1]);
    assert_eq!(on(&admin, &division, "2030-06-30").await, 1);
    // Without a first day it begins today, and means the same enrolment tomorrow.
    let csv = format!("division,student_email\nA,{}\n", stranger.to_uppercase());
    assert_eq!(imported(&admin, "enrolments", &csv).await, [1, 0, 0]);
    class.world.advance(24 * 3600).await;
    assert_eq!(imported(&admin, "enrolments", &csv).await, [0, 0, 1]);
    let csv = format!("division,student_email,to_date\nA,{stranger},2029-12-31\n");
    assert_eq!(imported(&admin, "enrolments", &csv).await, [0, 1, 0]);
    let exported = rows_of(&export(&admin, "enrolments").await);
    assert_eq!(exported.len(), 3, "{exported:?}");
}

async fn names_every_fault(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let admin = class.admin();
    let before = export(&admin, "enrolments").await;
    // Students 0 and 1 are in A without an end, and in B from the 1st to the 10th.
    let enrol = EnrolStudentRequest {
        division_id: class.college.other_division.id.to_string(),
        student_id: class.college.students[0].id.to_string(),
        from_date: Some("2030-03-01".to_owned()),
        to_date: Some("2030-03-10".to_owned()),
    };
    admin.divisions().enrol_student(enrol).await.answer();
    let csv = "division,student_email,from_date,to_date\n\
               B,stranger@riverside.example,2030-01-01,2030-01-31\n\
               Z,stranger@riverside.example,2030-01-01,\n\
               B,nobody@riverside.example,2030-01-01,\n\
               B,teacher@riverside.example,2030-01-01,\n\
               B,stranger@riverside.example,2030-02-30,\n\
               B,stranger@riverside.example,1.2.2030,\n\
               B,stranger@riverside.example,2031-01-02,2031-01-01\n\
               B,stranger@riverside.example,2030-01-31,2030-02-10\n\
               B,stranger@riverside.example,2030-01-01,\n\
               A,student000@riverside.example,2030-01-01,\n\
               B,student000@riverside.example,2030-03-10,2030-03-20\n\
               ,,,\n\
               ,stranger@riverside.example,2030-01-01,\n\
               B,,2030-01-01,\n\
               Z,nobody@riverside.example,2030-01-01,yesterday\n";
    let expected = [
        (3, "division", "is none of the college's"),
        (4, "student_email", "is nobody's"),
        (5, "student_email", "is not a student's"),
        (6, "from_date", "must be a day such as 2026-12-31"),
        (7, "from_date", "must be a day such as 2026-12-31"),
        (8, "to_date", "must not be before the first day"),
        (9, "from_date", "overlaps the one of line 2 from 2030-01-01 to 2030-01-31"),
        (10, "student_email", "is in line 2 already"),
        (11, "from_date", "overlaps an enrolment from"),
        (12, "from_date", "overlaps an enrolment from 2030-03-01 to 2030-03-10"),
        (14, "division", "is required"),
        (15, "student_email", "is required"),
        (16, "to_date", "must be a day"),
    ];
    assert_faults(&admin, "enrolments", csv, &expected).await;
    let after = export(&admin, "enrolments").await;
    assert_eq!(rows_of(&after).len(), rows_of(&before).len() + 1, "only what was enrolled by hand");
    // What overlaps is put right in one file with what it overlaps.
    let csv = "division,student_email,from_date,to_date\n\
               B,student000@riverside.example,2030-03-05,\n\
               B,student000@riverside.example,2030-03-01,2030-03-04\n";
    assert_eq!(imported(&admin, "enrolments", csv).await, [1, 1, 0]);
}

async fn knows_no_other_college(kind: Kind) {
    let (class, other) = two_colleges(kind, 1).await;
    let csv = format!("division,student_email,from_date\nB,{},2030-01-01\n", other.students[0].email);
    assert_faults(&class.admin(), "enrolments", &csv, &[(2, "student_email", "is nobody's")]).await;
    // The other college has a division of the same name, and nobody in it.
    let csv = "division,student_email,from_date\nB,stranger@riverside.example,2030-01-01\n";
    assert_eq!(imported(&class.admin(), "enrolments", csv).await, [1, 0, 0]);
    assert_eq!(on(&class.world.actor(&other.admin), &other.other_division.id.to_string(), "2030-01-01").await, 0);
}

async fn takes_a_whole_file_of_one_student(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let first = NaiveDate::from_ymd_opt(1900, 1, 1).expect("it is a day");
    // Every second day one begins, and is held for so many days after it.
    let file = |days: u64| {
        let rows = first.iter_days().step_by(2).take(50_000);
        let rows = rows.map(|from| format!("B,stranger@riverside.example,{from},{}\n", from + Days::new(days)));
        format!("division,student_email,from_date,to_date\n{}", rows.collect::<String>())
    };
    // Waits for no longer than for any other answer.
    let told = import(&admin, "enrolments", Run::Dry, file(2)).await.answer();
    assert_eq!((&told["rows"], &told["fault_count"]), (&json!(50_000), &json!(49_999)));
    let place = json!({"line": 3, "column": "from_date", "column_number": 3, "description":
        "overlaps the one of line 2 from 1900-01-01 to 1900-01-03: the student belongs to the division once at a time"});
    assert_eq!(told["faults"][0], place);
    assert_eq!((told["faults"].as_array().map(Vec::len), &told["faults"][999]["line"]), (Some(1_000), &json!(1_002)));
    let told = import(&admin, "enrolments", Run::Dry, file(1)).await.answer();
    assert_eq!((&told["created"], &told["fault_count"]), (&json!(50_000), &json!(0)));
}

async fn lets_check_in_at_once(kind: Kind) {
    let class = Class::open(kind, 1).await;
    class.check_in(0).await;
    let request = class.request().await;
    let refusal = class.stranger().check_ins().check_in(request.clone()).await.refused();
    assert_eq!(refusal.reason, "NOT_ENROLLED");
    let csv = "division,student_email\nA,stranger@riverside.example\n";
    assert_eq!(imported(&class.admin(), "enrolments", csv).await, [1, 0, 0]);
    class.stranger().check_ins().check_in(request).await.answer();
}
