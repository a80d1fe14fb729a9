//! CreateTimetable, GetTimetable, UpdateTimetable and DeleteTimetable.

use http::Method;
use prost_types::FieldMask;
use rollcall_proto::v1::{
    CreateTimetableRequest, DeleteDivisionRequest, DeleteLocationRequest, DeleteTimetableRequest, DeleteUserRequest,
    Timetable, UpdateTimetableRequest,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::College,
    on_both_stores,
    seed::{Role, SeedTimetable, State},
    world::Plan,
};
use serde_json::{Value, json};
use tonic::Code;
use uuid::Uuid;

use super::{get, make, monday, told};

on_both_stores!(
    are_made_changed_and_deleted,
    replace_whole_or_in_part,
    need_what_is_there,
    refuse_what_is_no_slot,
    stay_when_their_teacher_goes,
    stay_while_sessions_point_to_them
);

fn change(slot: Timetable, paths: &[&str]) -> UpdateTimetableRequest {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    UpdateTimetableRequest { timetable: Some(slot), update_mask: Some(FieldMask { paths }) }
}

async fn are_made_changed_and_deleted(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let admin = class.admin();
    let request = CreateTimetableRequest {
        start_time: "09:15:30".to_owned(),
        end_time: "10:45:00".to_owned(),
        valid_to: Some("2026-06-30".to_owned()),
        ..monday(&class)
    };
    let made = make(&class, request.clone()).await;
    let expected = Timetable { end_time: "10:45".to_owned(), ..told(&made, &request) };
    assert_eq!(made, expected);
    for actor in [&admin, &class.other_teacher(), &class.student(0)] {
        assert_eq!(get(actor, &made.id).await, expected);
    }
    let wanted = Timetable { id: made.id.clone(), subject: "Parsers".to_owned(), ..Default::default() };
    let changed = admin.timetables().update_timetable(change(wanted, &["subject", "valid_to"])).await.answer();
    let expected = Timetable { subject: "Parsers".to_owned(), valid_to: String::new(), ..expected };
    assert_eq!((&changed, &get(&admin, &made.id).await), (&expected, &expected));

    // What a slot is for cannot go, the slot can.
    let division = DeleteDivisionRequest { id: class.college.division.id.to_string() };
    let location = DeleteLocationRequest { id: class.college.location.id.to_string() };
    let refusals = [
        admin.divisions().delete_division(division).await.refused(),
        admin.geofences().delete_location(location).await.refused(),
    ];
    assert!(refusals.iter().all(|refusal| refusal.kind() == (Code::FailedPrecondition, "IN_USE")));
    let delete = DeleteTimetableRequest { id: made.id.clone() };
    admin.timetables().delete_timetable(delete.clone()).await.answer();
    let refusal = admin.timetables().delete_timetable(delete).await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "timetable"));
    let rows = class.world.rows().await;
    for action in ["created", "updated", "deleted"] {
        let query = format!("SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'timetable.{action}'");
        assert_eq!(rows.number(&query).await, 1, "{action}");
    }
}

async fn replace_whole_or_in_part(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let college = &class.college;
    let whole = json!({
        "division_id": college.division.id,
        "location_id": college.location.id,
        "teacher_id": college.teacher.id,
        "subject": "Compilers",
        "day_of_week": 5,
        "start_time": "13:30",
        "end_time": "15:00",
        "valid_from": "2026-01-05",
    });
    let made = rest.post("/api/v1/timetables", &whole).await.answer();
    let mut expected = whole.clone();
    expected["valid_to"] = json!("");
    expected["also_location_ids"] = json!([]);
    expected["id"] = made["id"].clone();
    assert_eq!(made, expected);
    let path = format!("/api/v1/timetables/{}", made["id"].as_str().expect("an id"));
    let send = async |method: Method, body: &Value| rest.send(rest.request(method, &path).json(body)).await;

    let patched = send(Method::PATCH, &json!({"dayOfWeek": 7, "valid_to": "2026-12-20"})).await.answer();
    expected["day_of_week"] = json!(7);
    expected["valid_to"] = json!("2026-12-20");
    assert_eq!(patched, expected);
    let put = send(Method::PUT, &whole).await.answer();
    assert_eq!(put, made, "what a whole one does not name is empty");

    let required =
        ["division_id", "location_id", "teacher_id", "subject", "day_of_week", "start_time", "end_time", "valid_from"];
    for (method, body, fields) in [
        (Method::PUT, json!({"valid_to": "2026-12-20"}), &required[..]),
        (Method::PATCH, json!({"subject": ""}), &["subject"]),
        (Method::PATCH, json!({"day_of_week": 0}), &["day_of_week"]),
        (Method::PATCH, json!({"day_of_week": 8}), &["day_of_week"]),
        (Method::PATCH, json!({"start_time": "9:00"}), &["start_time"]),
        (Method::PATCH, json!({"start_time": "15:00"}), &["end_time"]),
        (Method::PATCH, json!({"end_time": "24:00"}), &["end_time"]),
        (Method::PATCH, json!({"valid_to": "2026-01-04"}), &["valid_to"]),
        (Method::PATCH, json!({"valid_from": "2026-02-30"}), &["valid_from"]),
        (Method::PATCH, json!({"teacher_id": "somebody"}), &["teacher_id"]),
        (Method::PATCH, json!({"college_id": college.college.id}), &["college_id"]),
        (Method::PATCH, json!({}), &["update_mask"]),
    ] {
        let refusal = send(method, &body).await.refused();
        let named: Vec<_> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!((refusal.kind(), &*named), ((Code::InvalidArgument, "INVALID_FIELD"), fields), "{body}");
        assert!(!refusal.message.contains("timetable."), "{refusal:?} names the field as the client did");
    }
    assert_eq!(rest.get(&path).await.answer(), put, "what was refused changed nothing");
    rest.send(rest.request(Method::DELETE, &path)).await.answer();
    assert_eq!(rest.get(&path).await.refused().kind(), (Code::NotFound, "NOT_FOUND"));
}

async fn need_what_is_there(kind: Kind) {
    let (mut college, other) = (College::new("riverside", 0), College::new("hillside", 0));
    let gone = college.another_person("gone", Role::Teacher);
    college.more.users.last_mut().expect("the person").is_active = false;
    let world = Plan::new(kind).start(&[&college, &other]).await;
    let class = Class { world, college };
    let (admin, whole) = (class.admin(), monday(&class));
    let kept = make(&class, whole.clone()).await;
    let with = |field: &str, id: Uuid| {
        let mut request = CreateTimetableRequest { day_of_week: 2, ..whole.clone() };
        match field {
            "division" => request.division_id = id.to_string(),
            "location" => request.location_id = id.to_string(),
            _ => request.teacher_id = id.to_string(),
        }
        request
    };
    for (field, id) in [
        ("division", Uuid::now_v7()),
        ("division", other.division.id),
        ("location", Uuid::now_v7()),
        ("location", other.location.id),
        ("teacher", Uuid::now_v7()),
        ("teacher", other.teacher.id),
        ("teacher", class.college.admin.id),
        ("teacher", gone.id),
    ] {
        let request = with(field, id);
        let wanted = Timetable { id: kept.id.clone(), ..told(&kept, &request) };
        let made = admin.timetables().create_timetable(request).await.refused();
        let changed = admin.timetables().update_timetable(change(wanted, &[&format!("{field}_id")])).await.refused();
        for refusal in [made, changed] {
            assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), field), "{id}");
        }
    }
    // Another college has nothing to do with it: its hours are its own, and this one's slots are not there.
    let foreign = Class { world: class.world, college: other };
    make(&foreign, monday(&foreign)).await;
    let wanted = Timetable { id: kept.id.clone(), subject: "Taken over".to_owned(), ..Default::default() };
    let (admin, absent) = (foreign.admin(), Timetable { id: Uuid::now_v7().to_string(), ..wanted.clone() });
    let foreign_one = admin.timetables().update_timetable(change(wanted, &["subject"])).await.refused();
    let absent_one = admin.timetables().update_timetable(change(absent, &["subject"])).await.refused();
    assert_eq!(foreign_one, absent_one);
    assert_eq!(foreign_one.told("resource"), "timetable");
}

async fn refuse_what_is_no_slot(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let slot = || monday(&class);
    for (request, field) in [
        (CreateTimetableRequest { end_time: "09:00".to_owned(), ..slot() }, "end_time"),
        (CreateTimetableRequest { start_time: "22:00".to_owned(), end_time: "01:00".to_owned(), ..slot() }, "end_time"),
        (CreateTimetableRequest { end_time: "24:00".to_owned(), ..slot() }, "end_time"),
        (CreateTimetableRequest { start_time: "08:60".to_owned(), ..slot() }, "start_time"),
        (CreateTimetableRequest { start_time: "08:00:60".to_owned(), ..slot() }, "start_time"),
        (CreateTimetableRequest { start_time: String::new(), ..slot() }, "start_time"),
        (CreateTimetableRequest { day_of_week: 0, ..slot() }, "day_of_week"),
        (CreateTimetableRequest { day_of_week: 8, ..slot() }, "day_of_week"),
        (CreateTimetableRequest { subject: String::new(), ..slot() }, "subject"),
        (CreateTimetableRequest { valid_to: Some("2026-01-04".to_owned()), ..slot() }, "valid_to"),
        (CreateTimetableRequest { valid_from: Some("2026-02-29".to_owned()), ..slot() }, "valid_from"),
        // Occurrences at the ends of the calendar have times that cannot be written.
        (CreateTimetableRequest { valid_from: Some("0000-01-01".to_owned()), ..slot() }, "valid_from"),
        (CreateTimetableRequest { valid_to: Some("9999-12-31".to_owned()), ..slot() }, "valid_to"),
        (CreateTimetableRequest { teacher_id: "somebody".to_owned(), ..slot() }, "teacher_id"),
    ] {
        let refusal = admin.timetables().create_timetable(request.clone()).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{request:?}");
        let named: Vec<_> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(named, [field], "{request:?}");
    }
    let over_midnight =
        CreateTimetableRequest { start_time: "22:00".to_owned(), end_time: "01:00".to_owned(), ..slot() };
    let refusal = admin.timetables().create_timetable(over_midnight).await.refused();
    assert!(refusal.message.contains("midnight"), "{refusal:?}");
    // Without a first day it begins today.
    let made = make(&class, CreateTimetableRequest { valid_from: None, ..slot() }).await;
    assert_eq!(made.valid_from, crate::division::today().to_string());
}

async fn stay_when_their_teacher_goes(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let made = make(&class, CreateTimetableRequest { valid_to: None, ..monday(&class) }).await;
    // The session that the teacher holds has nothing to do with the slot.
    let leaver = DeleteUserRequest { id: class.college.teacher.id.to_string() };
    admin.users().delete_user(leaver).await.answer();
    assert_eq!(get(&admin, &made.id).await, made);
    let wanted = Timetable { id: made.id.clone(), valid_to: "2026-03-01".to_owned(), ..Default::default() };
    let ended = admin.timetables().update_timetable(change(wanted.clone(), &["valid_to"])).await.answer();
    assert_eq!(ended.valid_to, "2026-03-01");
    let another = CreateTimetableRequest { day_of_week: 2, ..monday(&class) };
    let refusal = admin.timetables().create_timetable(another).await.refused();
    assert_eq!(refusal.told("resource"), "teacher");
    let handed = Timetable { teacher_id: class.college.other_teacher.id.to_string(), ..wanted };
    let handed = admin.timetables().update_timetable(change(handed, &["teacher_id"])).await.answer();
    assert_eq!(handed.teacher_id, class.college.other_teacher.id.to_string());
}

async fn stay_while_sessions_point_to_them(kind: Kind) {
    let mut college = College::new("riverside", 0);
    let id = Uuid::now_v7();
    college.more.timetables.push(SeedTimetable {
        id,
        college_id: college.college.id,
        division_id: college.division.id,
        location_id: college.location.id,
        teacher_id: college.teacher.id,
        subject: "Compilers".to_owned(),
        day_of_week: 1,
        start_time: "09:00".to_owned(),
        end_time: "10:00".to_owned(),
        valid_from: None,
        valid_to: None,
    });
    college.another_session(State::Completed);
    college.more.sessions.last_mut().expect("the session").timetable_id = Some(id);
    let class = Class::of(Plan::new(kind), college).await;
    let delete = DeleteTimetableRequest { id: id.to_string() };
    let refusal = class.admin().timetables().delete_timetable(delete).await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::FailedPrecondition, "IN_USE"), "timetable"));
    let slot = get(&class.admin(), &id.to_string()).await;
    assert_eq!((slot.valid_from.as_str(), slot.valid_to.as_str()), ("1970-01-01", ""));
}
