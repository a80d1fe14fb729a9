//! CreateCalendarEntry, GetCalendarEntry, UpdateCalendarEntry and DeleteCalendarEntry.

use http::Method;
use prost_types::FieldMask;
use rollcall_proto::v1::{
    CalendarEntry, CreateCalendarEntryRequest, DeleteCalendarEntryRequest, GetCalendarEntryRequest,
    UpdateCalendarEntryRequest, calendar_entry::Kind as EntryKind,
};
use rollcall_tests::{Answer as _, Class, Kind, actor::Actor, on_both_stores};
use serde_json::{Value, json};
use tonic::Code;

use super::{entry, make};

on_both_stores!(are_made_changed_and_deleted, name_the_field_that_does_not_fit, replace_whole_or_in_part, may_overlap);

async fn get(actor: &Actor, id: &str) -> CalendarEntry {
    actor.calendar().get_calendar_entry(GetCalendarEntryRequest { id: id.to_owned() }).await.answer()
}

async fn are_made_changed_and_deleted(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (admin, student) = (class.admin(), class.student(0));
    let made = make(&admin, entry(EntryKind::Break, "Winter break", "2026-12-21", "2027-01-03")).await;
    let expected = CalendarEntry {
        id: made.id.clone(),
        kind: EntryKind::Break.into(),
        name: "Winter break".to_owned(),
        from_date: "2026-12-21".to_owned(),
        to_date: "2027-01-03".to_owned(),
        ..Default::default()
    };
    assert_eq!((&made, &get(&student, &made.id).await), (&expected, &expected));

    let lunch = CreateCalendarEntryRequest {
        days_of_week: vec![5, 1, 3, 1],
        start_time: Some("12:30".to_owned()),
        end_time: Some("13:15".to_owned()),
        ..entry(EntryKind::Break, "Lunch", "2026-08-01", "2027-07-31")
    };
    let lunch = make(&admin, lunch).await;
    assert_eq!(lunch.days_of_week, [1, 3, 5]);
    assert_eq!((lunch.start_time.as_str(), lunch.end_time.as_str()), ("12:30", "13:15"));
    assert_eq!(get(&student, &lunch.id).await, lunch);

    // A day by itself is its own last day.
    let day = CreateCalendarEntryRequest { to_date: None, ..entry(EntryKind::Holiday, "Holi", "2026-03-04", "") };
    assert_eq!(make(&admin, day).await.to_date, "2026-03-04");

    let change = UpdateCalendarEntryRequest {
        entry: Some(CalendarEntry { id: made.id.clone(), to_date: "2027-01-10".to_owned(), ..Default::default() }),
        update_mask: Some(FieldMask { paths: vec!["to_date".to_owned()] }),
    };
    let changed = admin.calendar().update_calendar_entry(change).await.answer();
    let expected = CalendarEntry { to_date: "2027-01-10".to_owned(), ..expected };
    assert_eq!((&changed, &get(&student, &made.id).await), (&expected, &expected));

    let delete = DeleteCalendarEntryRequest { id: made.id.clone() };
    admin.calendar().delete_calendar_entry(delete.clone()).await.answer();
    let refusal = admin.calendar().delete_calendar_entry(delete).await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "calendar_entry"));
    let rows = class.world.rows().await;
    for (action, times) in [("created", 3), ("updated", 1), ("deleted", 1)] {
        let query = format!("SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'calendar_entry.{action}'");
        assert_eq!(rows.number(&query).await, times, "{action}");
    }
}

async fn name_the_field_that_does_not_fit(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let good = json!({"kind": "BREAK", "name": "Break", "from_date": "2026-12-21"});
    let with = |fields: Value| {
        let mut body = good.clone();
        for (name, value) in fields.as_object().expect("fields") {
            body[name] = value.clone();
        }
        body
    };
    let table: [(Value, &[&str]); 14] = [
        (json!({"to_date": "2026-12-20"}), &["to_date"]),
        (json!({"to_date": "2026-02-30"}), &["to_date"]),
        (json!({"from_date": "20261221"}), &["from_date"]),
        (json!({"from_date": ""}), &["from_date"]),
        (json!({"name": ""}), &["name"]),
        (json!({"name": "x".repeat(201)}), &["name"]),
        (json!({"kind": "KIND_UNSPECIFIED"}), &["kind"]),
        (json!({"start_time": "12:00"}), &["end_time"]),
        (json!({"end_time": "12:00"}), &["start_time"]),
        (json!({"start_time": "12:00", "end_time": "12:00"}), &["end_time"]),
        (json!({"start_time": "24:00", "end_time": "25:00"}), &["start_time", "end_time"]),
        (json!({"to_date": "2026-12-01", "start_time": "12:00", "end_time": "11:00"}), &["to_date", "end_time"]),
        (json!({"days_of_week": [1, 0, 8]}), &["days_of_week[1]", "days_of_week[2]"]),
        (json!({"days_of_week": [1, 1, 1, 1, 1, 1, 1, 1]}), &["days_of_week"]),
    ];
    for (fields, expected) in table {
        let refusal = rest.post("/api/v1/calendar/entries", &with(fields.clone())).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{fields}");
        let found: Vec<_> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(found, expected, "{fields}");
    }
    // Packed, as gRPC has numbers, they are held to the same.
    let packed = CreateCalendarEntryRequest {
        days_of_week: vec![1, 8],
        ..entry(EntryKind::Break, "Break", "2026-12-21", "2026-12-21")
    };
    let refusal = class.admin().calendar().create_calendar_entry(packed).await.refused();
    assert_eq!(refusal.violations[0].0, "days_of_week[1]");
}

async fn replace_whole_or_in_part(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let whole = json!({
        "kind": "BREAK", "name": "Lunch", "from_date": "2026-08-01", "to_date": "2027-07-31",
        "days_of_week": [1, 2], "start_time": "12:30", "end_time": "13:15",
    });
    let made = rest.post("/api/v1/calendar/entries", &whole).await.answer();
    let path = format!("/api/v1/calendar/entries/{}", made["id"].as_str().expect("an id"));
    let send = async |method: Method, body: &Value| rest.send(rest.request(method, &path).json(body)).await;

    let patched = send(Method::PATCH, &json!({"daysOfWeek": [], "endTime": "13:30"})).await.answer();
    let mut expected = made.clone();
    (expected["days_of_week"], expected["end_time"]) = (json!([]), json!("13:30"));
    assert_eq!(patched, expected);
    // What comes back may be sent back.
    assert_eq!(send(Method::PUT, &patched).await.answer(), patched);
    let put = send(Method::PUT, &json!({"kind": "HOLIDAY", "name": "Day", "from_date": "2026-08-15"})).await.answer();
    let expected = json!({
        "id": made["id"], "kind": "HOLIDAY", "name": "Day", "from_date": "2026-08-15", "to_date": "2026-08-15",
        "days_of_week": [], "start_time": "", "end_time": "", "source_uid": "",
    });
    assert_eq!(put, expected);

    for (method, body, fields) in [
        (Method::PUT, json!({}), &["kind", "name", "from_date"][..]),
        (Method::PATCH, json!({"name": ""}), &["name"]),
        (Method::PATCH, json!({"from_date": ""}), &["from_date"]),
        (Method::PATCH, json!({"from_date": "2026-08-16"}), &["to_date"]),
        (Method::PATCH, json!({"to_date": "2026-08-14"}), &["to_date"]),
        (Method::PATCH, json!({"start_time": "09:00"}), &["end_time"]),
        (Method::PATCH, json!({"source_uid": "a"}), &["update_mask"]),
        (
            Method::PUT,
            json!({"kind": "HOLIDAY", "name": "D", "from_date": "2026-08-15", "source_uid": "a"}),
            &["source_uid"],
        ),
    ] {
        let refusal = send(method, &body).await.refused();
        let found: Vec<_> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(found, fields, "{body}");
    }
    assert_eq!(rest.get(&path).await.answer(), put);
}

async fn may_overlap(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let twin = entry(EntryKind::Holiday, "New year", "2027-01-01", "2027-01-01");
    let first = make(&admin, twin.clone()).await;
    let second = make(&admin, twin).await;
    assert_ne!(first.id, second.id);
    make(&admin, entry(EntryKind::Break, "Winter break", "2026-12-21", "2027-01-03")).await;
}
