//! The routes of simple attendance systems, as a client of one calls them: with an API key, and otherwise unchanged.

use chrono::Days;
use rollcall_tests::{Class, Kind, in_every_world, on_both_stores, password::PASSWORD, rest::Rest};
use serde_json::{Value, json};
use tonic::Code;

use super::{begin_the_day, today};

in_every_world!(go_on_with_a_key);
on_both_stores!(need_the_scope);

/// A system of the college that has these scopes.
async fn system(class: &Class, scopes: &[&str]) -> Rest {
    let request = json!({"name": scopes.join(" "), "scopes": scopes, "current_password": PASSWORD});
    let made = class.admin().rest().post("/api/v1/api-keys", &request).await.answer();
    class.world.nobody().with_token(made["key"].as_str().expect("the key")).rest()
}

async fn go_on_with_a_key(kind: Kind) {
    let class = Class::open(kind, 0).await;
    begin_the_day(&class).await;
    let client = system(&class, &["WORKFORCE_READ", "WORKFORCE_WRITE"]).await;
    let person = json!({"name": "Receptionist", "department": "Front desk"});
    let employee = client.post("/employees", &person).await.answer();
    let id = &employee["id"];
    assert_eq!((&employee["name"], &employee["department"]), (&json!("Receptionist"), &json!("Front desk")));
    let plain = client.post("/employees", &json!({"name": "Porter"})).await.answer();
    let listed = client.get("/employees").await.answer();
    assert_eq!(listed["employees"], json!([employee, plain]));

    let day = today(&class) - Days::new(1);
    let punch = |event_type: &str, time: &str| json!({"employee_id": id, "event_type": event_type, "event_time": format!("{day}T{time}+05:30")});
    let mut sent = Vec::new();
    for (event_type, time) in [("IN", "08:00:00"), ("OUT", "23:00:00"), ("in", "23:30:00")] {
        let stored = client.post("/attendance", &punch(event_type, time)).await.answer();
        assert_eq!(stored["event_time"], format!("{day}T{time}+05:30"));
        assert_eq!(stored["event_type"], event_type.to_uppercase());
        assert_eq!(stored["recorded_by_id"], Value::Null, "an API key is no account");
        sent.insert(0, stored);
    }
    let id = id.as_str().expect("an id");
    let listed = client.get(&format!("/attendance?employee_id={id}")).await.answer();
    assert_eq!(listed["punches"], json!(sent));
    let none = client.get(&format!("/attendance?employee_id={}", plain["id"].as_str().expect("an id"))).await.answer();
    assert_eq!(none["punches"], json!([]));

    let segment = |clamped: bool| {
        let (begin, end) = (format!("{day}T08:00:00+05:30"), format!("{day}T23:00:00+05:30"));
        json!([{"in": begin, "out": end, "clamped": clamped}])
    };
    let row = |hours: i32, segments: Value| {
        let mut row = json!({"employee_id": id, "employee_name": "Receptionist", "date": day, "hours": hours});
        row["segments"] = segments;
        json!({"rows": [row], "time_zone": "Asia/Kolkata"})
    };
    let paid = client.get("/summary/workhours").await.answer();
    assert_eq!(paid, row(15, segment(false)));
    let paid = client.get("/summary/workhours?days=7&max_hours=12").await.answer();
    assert_eq!(paid, row(12, segment(true)));
    let counted = client.get("/summary/daily").await.answer();
    let row = json!({"employee_id": id, "employee_name": "Receptionist", "date": day, "in_count": 2});
    assert_eq!(counted, json!({"rows": [row], "time_zone": "Asia/Kolkata"}));

    // The same stands below /api/v1/workforce.
    for path in ["employees", "attendance", "summary/daily?days=7", "summary/workhours?days=7&max_hours=12"] {
        let short = client.get(&format!("/{path}")).await.answer();
        assert_eq!(client.get(&format!("/api/v1/workforce/{path}")).await.answer(), short, "{path}");
    }
}

async fn need_the_scope(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let reader = system(&class, &["WORKFORCE_READ"]).await;
    let writer = system(&class, &["WORKFORCE_WRITE"]).await;
    let person = json!({"name": "Receptionist"});
    let refusal = reader.post("/employees", &person).await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "SCOPE_MISSING"));
    writer.post("/employees", &person).await.answer();
    for path in ["/employees", "/attendance", "/summary/daily", "/summary/workhours"] {
        let refusal = writer.get(path).await.refused();
        assert_eq!(refusal.kind(), (Code::PermissionDenied, "SCOPE_MISSING"), "{path}");
        for person in [class.teacher(), class.student(0)] {
            let refusal = person.rest().get(path).await.refused();
            assert_eq!(refusal.kind(), (Code::PermissionDenied, "ROLE_NOT_ALLOWED"), "{path}");
        }
        let refusal = class.world.nobody().rest().get(path).await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_MISSING"), "{path}");
    }
}
