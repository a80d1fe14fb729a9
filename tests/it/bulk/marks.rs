//! ImportMarks: a roll in a file.

use http::Method;
use rollcall_proto::v1::attendance_record::Status;
use rollcall_tests::{Class, Kind, actor::Actor, college::College, on_both_stores, rest::Reply, world::Plan};
use serde_json::{Value, json};
use tonic::Code;

on_both_stores!(a_file_marks_what_it_says, every_fault_is_named, only_whom_it_concerns);

async fn send(staff: &Actor, session: &str, query: &str, csv: impl Into<Vec<u8>>) -> Reply {
    let rest = staff.rest();
    let path = format!("/api/v1/sessions/{session}/marks:import{query}");
    rest.send(rest.request(Method::POST, &path).header("content-type", "text/csv").body(csv.into())).await
}

fn counts(told: &Value) -> [i64; 4] {
    ["rows", "created", "updated", "unchanged"].map(|name| told[name].as_i64().expect("a count"))
}

async fn a_file_marks_what_it_says(kind: Kind) {
    let class = Class::open(kind, 3).await;
    let session = class.session_id().to_string();
    class.check_in(0).await;
    let [first, second, third] = [0, 1, 2].map(|number| class.college.students[number].clone());
    let csv = format!(
        "\u{feff}Status;Student\r\npresent;{}\r\nLATE;{}\r\n\r\nABSENT;{}\r\n",
        first.email.to_uppercase(),
        second.email,
        third.id
    );
    let dry = send(&class.teacher(), &session, "?dry_run=true", csv.as_str()).await.answer();
    assert_eq!((&dry["dry_run"], counts(&dry)), (&json!(true), [3, 2, 0, 1]));
    assert_eq!(class.records().await.len(), 1, "a dry run changes nothing");
    let real = send(&class.teacher(), &session, "", csv.as_str()).await.answer();
    assert_eq!((&real["dry_run"], counts(&real)), (&json!(false), [3, 2, 0, 1]));
    let again = send(&class.admin(), &session, "", csv.as_str()).await.answer();
    assert_eq!(counts(&again), [3, 0, 0, 3]);
    let changed = format!("student,status\n{},EXCUSED\n", second.email);
    let refused = send(&class.teacher(), &session, "", changed.as_str()).await.refused();
    assert_eq!(refused.kind(), (Code::InvalidArgument, "IMPORT_FAULTY"));
    let changed = send(&class.teacher(), &session, "?reason=Ill", changed).await.answer();
    assert_eq!(counts(&changed), [1, 0, 1, 0]);
    let records = class.records().await;
    let of = |id: uuid::Uuid| records.iter().find(|record| record.student_id == id.to_string()).expect("a record");
    let found = [first.id, second.id, third.id].map(|id| of(id).status());
    assert_eq!(found, [Status::Present, Status::Excused, Status::Absent]);
    let path = format!("/api/v1/attendance/records/{}/changes", of(second.id).id);
    let changes = class.student(1).rest().get(&path).await.answer();
    let told = &changes["changes"][0];
    assert_eq!((&told["source"], &told["reason"]), (&json!("IMPORT"), &json!("Ill")));
}

async fn every_fault_is_named(kind: Kind) {
    let class = Class::open(kind, 2).await;
    let session = class.session_id().to_string();
    class.check_in(0).await;
    let email = |number: usize| class.college.students[number].email.clone();
    let csv = format!(
        "student,status\n{},PENDING\nnobody@riverside.example,PRESENT\n{},ABSENT\n{},\n,PRESENT\n{},LATE\n{},LATE\n{}\n",
        email(1),
        email(0),
        email(1),
        email(1),
        class.college.students[1].id,
        class.college.stranger.email,
    );
    let dry = send(&class.teacher(), &session, "?dry_run=true", csv.as_str()).await.answer();
    let found: Vec<_> = dry["faults"]
        .as_array()
        .expect("faults")
        .iter()
        .map(|fault| (fault["line"].as_i64().expect("a line"), fault["column"].as_str().expect("a column")))
        .collect();
    let expected =
        [(2, "status"), (3, "student"), (4, "student"), (5, "status"), (6, "student"), (8, "student"), (9, "")];
    assert_eq!(found, expected, "{dry}");
    let refused = send(&class.teacher(), &session, "", csv.as_str()).await.refused();
    assert_eq!((refused.kind(), refused.told("fault_count")), ((Code::InvalidArgument, "IMPORT_FAULTY"), "7"));
    assert_eq!(class.records().await.len(), 1);

    for (csv, line) in [("", 1), ("name,status\nx,PRESENT\n", 1), ("PK\u{3}\u{4}", 1)] {
        let refused = send(&class.teacher(), &session, "", csv).await.refused();
        assert_eq!(refused.kind(), (Code::InvalidArgument, "IMPORT_FAULTY"), "{csv:?}");
        assert!(refused.violations[0].0.starts_with(&format!("line {line}")), "{refused:?}");
    }
    let many = format!("student,status\n{}", "x@riverside.example,PRESENT\n".repeat(1001));
    let refused = send(&class.teacher(), &session, "?dry_run=true", many).await.answer();
    let faults = refused["fault_count"].as_i64().expect("a count");
    assert_eq!(faults, 1001, "one of each row, and that there are too many");
    let rest = class.teacher().rest();
    let path = format!("/api/v1/sessions/{session}/marks:import");
    let request = rest.request(Method::POST, &path).header("content-type", "application/json").body("{}");
    assert_eq!(rest.send(request).await.refused().violations[0].0, "file.content_type");
}

async fn only_whom_it_concerns(kind: Kind) {
    let (college, foreign) = (College::new("riverside", 1), College::new("hillside", 1));
    let class = Class { world: Plan::new(kind).start(&[&college, &foreign]).await, college };
    let session = class.session_id().to_string();
    // What is wrong with the file is told to nobody else.
    for csv in [
        "student,status\nnobody,PENDING\n".to_owned(),
        format!("student,status\n{},PRESENT\n", class.college.students[0].email),
    ] {
        let other = send(&class.other_teacher(), &session, "?dry_run=true", csv.as_str()).await.refused();
        assert_eq!(other.kind(), (Code::PermissionDenied, "NOT_YOUR_SESSION"));
        let elsewhere = send(&class.world.actor(&foreign.admin), &session, "", csv.as_str()).await.refused();
        assert_eq!(elsewhere.kind(), (Code::NotFound, "NOT_FOUND"));
    }
    let theirs = format!("student,status\n{},PRESENT\n{},PRESENT\n", foreign.students[0].email, foreign.students[0].id);
    let refused = send(&class.admin(), &session, "", theirs).await.refused();
    assert_eq!((refused.kind(), refused.violations.len()), ((Code::InvalidArgument, "IMPORT_FAULTY"), 2));
}
