//! CreateDailyRecord, and what the whole conversation of a simple attendance system is.

use rollcall_proto::v1::access::Scope;
use rollcall_tests::{Class, Kind, college::College, in_every_world, on_both_stores, world::Plan};
use serde_json::{Value, json};
use tonic::Code;

use super::{ALL, CREATE, body, create, pages, payroll, search, search_path, system};

in_every_world!(a_simple_system_goes_on_with_a_key, a_person_has_many_days_and_one_record_a_day);
on_both_stores!(
    every_spelling_of_a_status_is_kept,
    what_is_no_day_or_status_is_named,
    somebody_new_needs_a_name,
    callers_need_the_right_to_it,
    colleges_do_not_see_each_other,
);

async fn a_simple_system_goes_on_with_a_key(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = payroll(&class.admin()).await.rest();
    let stored = create(&rest, "E-1", "Receptionist", "Present", "2026-03-02").await;
    let record = json!({"id": "E-1", "name": "Receptionist", "status": "Present", "date": "2026-03-02"});
    assert_eq!(stored, json!({"message": stored["message"], "record": record}));
    assert_ne!(stored["message"], "");

    let found = rest.get("/api/v1/attendance/search?id=E-1").await.answer();
    assert_eq!(found, json!({"records": [record], "next_page_token": ""}));
    assert_eq!(rest.get(ALL).await.answer(), found);
    assert_eq!(rest.get("/api/v1/workforce/daily-records").await.answer(), found);

    let refusal = rest.get("/api/v1/attendance/search?id=E-2").await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "employee"));
    let refusal = rest.get("/api/v1/attendance/search").await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"));

    // The person is an employee as any other.
    let employees = rest.get("/api/v1/workforce/employees?external_id=E-1").await.answer();
    assert_eq!(employees["employees"][0]["name"], "Receptionist");
}

async fn a_person_has_many_days_and_one_record_a_day(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = payroll(&class.admin()).await.rest();
    for (status, date) in [("Present", "2026-03-02"), ("Absent", "2026-03-03"), ("half day", "2026-02-27")] {
        create(&rest, "E-1", "Receptionist", status, date).await;
    }
    let of = |status: &str, date: &str| body("E-1", "Receptionist", status, date);
    let days = [of("Absent", "2026-03-03"), of("Present", "2026-03-02"), of("half day", "2026-02-27")];
    assert_eq!(search(&rest, "E-1").await, json!(days));

    // Over the other path, without a name, and with another one: whoever is known keeps theirs.
    let change = json!({"id": "E-1", "status": "Leave", "date": "2026-03-03"});
    let stored = rest.post("/api/v1/workforce/daily-records", &change).await.answer();
    assert_eq!(stored["record"], of("Leave", "2026-03-03"));
    let message = stored["message"].as_str().expect("a message");
    assert!(message.contains("Absent") && message.contains("Leave"), "{message}");
    let again = create(&rest, "E-1", "Porter", "Leave", "2026-03-03").await;
    assert_eq!(again["record"], of("Leave", "2026-03-03"));
    let days = [of("Leave", "2026-03-03"), of("Present", "2026-03-02"), of("half day", "2026-02-27")];
    assert_eq!(search(&rest, "E-1").await, json!(days));

    let rows = class.world.rows().await;
    for (query, expected) in [
        ("FROM employees WHERE external_id = 'E-1'", 1),
        ("FROM daily_records", 3),
        ("FROM audit_rows WHERE action = 'daily_record.created'", 3),
        ("FROM audit_rows WHERE action = 'daily_record.replaced'", 1),
        ("FROM audit_rows WHERE CAST(detail AS TEXT) LIKE '%Absent%' AND CAST(detail AS TEXT) LIKE '%Leave%'", 1),
    ] {
        assert_eq!(rows.number(&format!("SELECT COUNT(*) AS n {query}")).await, expected, "{query}");
    }
}

async fn every_spelling_of_a_status_is_kept(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = payroll(&class.admin()).await.rest();
    let table = [
        ("present", "PRESENT"),
        ("ABSENT", "ABSENT"),
        ("Half-Day", "HALF_DAY"),
        ("half_day", "HALF_DAY"),
        ("Leave", "LEAVE"),
        (" Holiday", "HOLIDAY"),
    ];
    for (number, (status, _)) in table.iter().enumerate() {
        let date = format!("2026-03-{:02}", number + 1);
        let stored = create(&rest, "E-1", "Receptionist", status, &date).await;
        assert_eq!(stored["record"]["status"], *status);
    }
    for wanted in ["PRESENT", "ABSENT", "HALF_DAY", "LEAVE", "HOLIDAY"] {
        let found = pages(&rest, &format!("{ALL}?kind={wanted}"), 50).await;
        let mut told: Vec<&str> = found.iter().filter_map(|record| record["status"].as_str()).collect();
        told.reverse();
        let expected: Vec<&str> = table.iter().filter(|(_, kind)| *kind == wanted).map(|(status, _)| *status).collect();
        assert_eq!(told, expected, "{wanted}");
    }
}

async fn what_is_no_day_or_status_is_named(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = payroll(&class.admin()).await.rest();
    let good = body("E-1", "Receptionist", "Present", "2026-03-02");
    let table: [(&str, Value, &str); 16] = [
        ("date", json!("2026-03-02T09:00:00+05:30"), "without a time"),
        ("date", json!("2026-03-02T09:00:00"), "without a time"),
        ("date", json!("02/03/2026"), "2026-03-02"),
        ("date", json!("2026-3-2"), "2026-03-02"),
        ("date", json!("2026-02-29"), "day of the calendar"),
        ("date", json!("1999-12-31"), "2000-01-01"),
        ("date", json!("9999-12-31"), "a year ahead"),
        ("date", json!(""), "required"),
        ("status", json!("late"), "PRESENT, ABSENT, HALF_DAY, LEAVE, HOLIDAY"),
        ("status", json!("PRESENT ABSENT"), "PRESENT, ABSENT, HALF_DAY, LEAVE, HOLIDAY"),
        ("status", json!("x".repeat(65)), "64"),
        ("status", json!(""), "required"),
        ("id", json!("x".repeat(129)), "128"),
        ("id", json!("  "), "must say something"),
        ("id", json!(""), "required"),
        ("name", json!("x".repeat(201)), "200"),
    ];
    for (field, value, told) in table {
        let mut body = good.clone();
        body[field] = value;
        let refusal = rest.post(CREATE, &body).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{body}");
        let [(named, description)] = refusal.violations.as_slice() else { panic!("{body}: {refusal:?}") };
        assert!(named == field && description.contains(told), "{body}: {refusal:?}");
    }
    let rows = class.world.rows().await;
    for table in ["employees", "daily_records"] {
        assert_eq!(rows.number(&format!("SELECT COUNT(*) AS n FROM {table}")).await, 0, "{table}");
    }
    create(&rest, &"x".repeat(128), "Receptionist", "Present", "2000-01-01").await;
}

async fn somebody_new_needs_a_name(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = payroll(&class.admin()).await.rest();
    for name in ["", "   "] {
        let refusal = rest.post(CREATE, &body("E-1", name, "Present", "2026-03-02")).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{name:?}");
        assert_eq!(refusal.violations[0].0, "name", "{name:?}");
    }
    assert_eq!(rest.get(&search_path("E-1")).await.refused().code, Code::NotFound);
    let stored = create(&rest, "E-1", " Front  desk ", "Present", "2026-03-02").await;
    assert_eq!(stored["record"]["name"], "Front desk");

    // Somebody who was made an employee before, and has no day yet.
    let employee = json!({"name": "Porter", "department": "Gate", "external_id": "E-2"});
    rest.post("/employees", &employee).await.answer();
    assert_eq!(search(&rest, "E-2").await, json!([]));
    let day = json!({"id": "E-2", "status": "Present", "date": "2026-03-02"});
    assert_eq!(rest.post(CREATE, &day).await.answer()["record"]["name"], "Porter");
}

async fn callers_need_the_right_to_it(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let admin = class.admin();
    let day = body("E-1", "Receptionist", "Present", "2026-03-02");
    let nobody = class.world.nobody().rest();
    assert_eq!(nobody.post(CREATE, &day).await.refused().kind(), (Code::Unauthenticated, "TOKEN_MISSING"));
    for actor in [class.student(0), class.teacher()] {
        let rest = actor.rest();
        for refusal in [
            rest.post(CREATE, &day).await.refused(),
            rest.get(&search_path("E-1")).await.refused(),
            rest.get(ALL).await.refused(),
        ] {
            assert_eq!(refusal.kind(), (Code::PermissionDenied, "ROLE_NOT_ALLOWED"));
        }
    }
    let reader = system(&admin, &[Scope::WorkforceRead]).await.rest();
    let refusal = reader.post(CREATE, &day).await.refused();
    assert_eq!((refusal.kind(), refusal.told("scope")), ((Code::PermissionDenied, "SCOPE_MISSING"), "WORKFORCE_WRITE"));
    let writer = system(&admin, &[Scope::WorkforceWrite]).await.rest();
    writer.post(CREATE, &day).await.answer();
    let refusal = writer.get(ALL).await.refused();
    assert_eq!((refusal.kind(), refusal.told("scope")), ((Code::PermissionDenied, "SCOPE_MISSING"), "WORKFORCE_READ"));
    assert_eq!(reader.get(ALL).await.answer()["records"], json!([day]));

    // An administrator may do it by hand, and then it is known who did.
    create(&admin.rest(), "E-1", "", "Absent", "2026-03-02").await;
    let rows = class.world.rows().await;
    let by_hand = "SELECT COUNT(*) AS n FROM daily_records WHERE entered_by IS NOT NULL AND kind = 'ABSENT'";
    assert_eq!(rows.number(by_hand).await, 1);
}

async fn colleges_do_not_see_each_other(kind: Kind) {
    let (college, other) = (College::new("riverside", 0), College::new("hillside", 0));
    let world = Plan::new(kind).start(&[&college, &other]).await;
    let (own, foreign) = (world.actor(&college.admin).rest(), world.actor(&other.admin).rest());
    create(&own, "E-1", "Receptionist", "Present", "2026-03-02").await;
    assert_eq!(foreign.get(&search_path("E-1")).await.refused(), foreign.get(&search_path("E-2")).await.refused());
    assert_eq!(foreign.get(ALL).await.answer()["records"], json!([]));
    let nameless = json!({"id": "E-1", "status": "Absent", "date": "2026-03-02"});
    assert_eq!(foreign.post(CREATE, &nameless).await.refused().violations[0].0, "name");

    create(&foreign, "E-1", "Porter", "Absent", "2026-03-02").await;
    assert_eq!(search(&own, "E-1").await, json!([body("E-1", "Receptionist", "Present", "2026-03-02")]));
    assert_eq!(search(&foreign, "E-1").await, json!([body("E-1", "Porter", "Absent", "2026-03-02")]));
}
