//! Nobody and nothing is in two slots at once.

use prost_types::FieldMask;
use rollcall_proto::v1::{CreateTimetableRequest, Timetable, UpdateTimetableRequest};
use rollcall_tests::{Answer as _, Class, Kind, Refusal, college::College, on_both_stores, seed::Role, world::Plan};
use tonic::Code;
use uuid::Uuid;

use super::{get, make, monday};

on_both_stores!(are_refused_when_made, are_refused_when_changed);

/// A college with a second of everything, so that two slots can share as much or as little as they are to.
async fn class(kind: Kind) -> (Class, Uuid) {
    let mut college = College::new("riverside", 0);
    let elsewhere = college.another_location("Room 102", 300.0).id;
    college.another_person("teacher3", Role::Teacher);
    (Class::of(Plan::new(kind), college).await, elsewhere)
}

fn expect_taken(refusal: &Refusal, by: &Timetable, shared: &str) {
    assert_eq!(refusal.kind(), (Code::AlreadyExists, "SLOT_TAKEN"), "{refusal:?}");
    assert_eq!((refusal.told("timetable_id"), refusal.told("shared")), (by.id.as_str(), shared), "{refusal:?}");
    assert!(refusal.message.contains("On Mondays from 09:00 to 10:00"), "{refusal:?}");
    assert!(refusal.message.contains(&by.subject), "{refusal:?}");
}

async fn are_refused_when_made(kind: Kind) {
    let (class, elsewhere) = class(kind).await;
    let admin = class.admin();
    let held = CreateTimetableRequest { valid_to: Some("2026-06-28".to_owned()), ..monday(&class) };
    let held = make(&class, held).await;
    let college = &class.college;
    let (division, location) = (college.other_division.id.to_string(), elsewhere.to_string());
    let teacher = college.other_teacher.id.to_string();
    let base = || CreateTimetableRequest { subject: "Parsers".to_owned(), ..monday(&class) };
    let by_teacher =
        || CreateTimetableRequest { division_id: division.clone(), location_id: location.clone(), ..base() };
    let by_location =
        || CreateTimetableRequest { division_id: division.clone(), teacher_id: teacher.clone(), ..base() };
    let by_division =
        || CreateTimetableRequest { location_id: location.clone(), teacher_id: teacher.clone(), ..base() };
    let at = |start: &str, end: &str, request: CreateTimetableRequest| CreateTimetableRequest {
        start_time: start.to_owned(),
        end_time: end.to_owned(),
        ..request
    };
    let valid = |from: &str, to: Option<&str>, request: CreateTimetableRequest| CreateTimetableRequest {
        valid_from: Some(from.to_owned()),
        valid_to: to.map(str::to_owned),
        ..request
    };
    for (request, shared) in [
        (by_teacher(), "teacher"),
        (by_location(), "location"),
        (by_division(), "division"),
        (base(), "teacher,location,division"),
        (at("09:59:59", "11:00", by_teacher()), "teacher"),
        (at("08:00", "09:00:01", by_location()), "location"),
        (at("09:20", "09:40", by_division()), "division"),
        (at("00:00", "23:59:59", by_teacher()), "teacher"),
        (valid("2026-06-28", None, by_teacher()), "teacher"),
        (valid("2020-01-01", Some("2026-01-05"), by_location()), "location"),
    ] {
        let refusal = admin.timetables().create_timetable(request).await.refused();
        expect_taken(&refusal, &held, shared);
    }
    // What only touches it, in time or in days, and what shares nothing, is beside it.
    for request in [
        at("10:00", "11:00", base()),
        at("08:00", "09:00", base()),
        CreateTimetableRequest { day_of_week: 2, ..base() },
        valid("2026-06-29", Some("2026-07-31"), base()),
        valid("2025-09-01", Some("2026-01-04"), base()),
        CreateTimetableRequest {
            division_id: division.clone(),
            location_id: location.clone(),
            teacher_id: teacher.clone(),
            ..base()
        },
    ] {
        make(&class, request).await;
    }
}

async fn are_refused_when_changed(kind: Kind) {
    let (class, _) = class(kind).await;
    let admin = class.admin();
    let held = make(&class, monday(&class)).await;
    let later = CreateTimetableRequest {
        start_time: "10:00".to_owned(),
        end_time: "11:00".to_owned(),
        subject: "Parsers".to_owned(),
        ..monday(&class)
    };
    let moved = make(&class, later).await;
    let change = async |wanted: Timetable, paths: &[&str]| {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let request = UpdateTimetableRequest {
            timetable: Some(Timetable { id: moved.id.clone(), ..wanted }),
            update_mask: Some(FieldMask { paths }),
        };
        admin.timetables().update_timetable(request).await
    };
    let earlier = Timetable { start_time: "09:30".to_owned(), ..Default::default() };
    let refusal = change(earlier.clone(), &["start_time"]).await.refused();
    expect_taken(&refusal, &held, "teacher,location,division");
    assert_eq!(get(&admin, &moved.id).await, moved, "what was refused changed nothing");
    // A slot is not in its own way.
    let longer = Timetable { end_time: "12:00".to_owned(), ..Default::default() };
    change(longer, &["end_time"]).await.answer();
    let other_day = Timetable { day_of_week: 3, ..earlier };
    change(other_day.clone(), &["day_of_week", "start_time"]).await.answer();
    let back = Timetable { day_of_week: 1, ..other_day };
    expect_taken(&change(back, &["day_of_week"]).await.refused(), &held, "teacher,location,division");
}
