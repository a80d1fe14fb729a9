//! How many entries a calendar may have.

use http::Method;
use rollcall_proto::{
    google::api::HttpBody,
    v1::{CalendarEntry, ImportCalendarEntriesRequest, calendar_entry::Kind as EntryKind},
};
use rollcall_tests::{Answer as _, Class, Kind, actor::Actor, on_both_stores};
use serde_json::json;
use tonic::Code;

use super::{entry, make};

on_both_stores!(ends_at_five_thousand);

/// Days that repeat, `COUNT` of each.
fn file(name: &str, counts: &[usize]) -> Vec<u8> {
    let mut file = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Holidays//EN\r\n".to_owned();
    for (number, count) in counts.iter().enumerate() {
        file += &format!(
            "BEGIN:VEVENT\r\nDTSTAMP:20260101T000000Z\r\nUID:{name}-{number}\r\nSUMMARY:{name}\r\n\
             DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=DAILY;COUNT={count}\r\nEND:VEVENT\r\n"
        );
    }
    (file + "END:VCALENDAR\r\n").into_bytes()
}

fn import(name: &str, counts: &[usize]) -> ImportCalendarEntriesRequest {
    let data = file(name, counts).into();
    let file = HttpBody { content_type: "text/calendar".to_owned(), data, extensions: Vec::new() };
    ImportCalendarEntriesRequest { file: Some(file), ..Default::default() }
}

async fn ends_at_five_thousand(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin: Actor = class.admin();
    for (name, counts, created) in [("a", [400; 5], 2_000), ("b", [400; 5], 2_000), ("c", [400, 400, 197, 1, 1], 999)] {
        let answer = admin.calendar().import_calendar_entries(import(name, &counts)).await.answer();
        assert_eq!(answer.created, created, "{name}");
    }
    let one = || entry(EntryKind::Holiday, "One more", "2026-12-21", "2026-12-21");
    let refusal = admin.calendar().import_calendar_entries(import("d", &[2])).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "TOO_MANY"));
    let CalendarEntry { id, .. } = make(&admin, one()).await;
    let refusal = admin.calendar().create_calendar_entry(one()).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "TOO_MANY"));
    assert_eq!((refusal.told("resource"), refusal.told("limit")), ("calendar_entry", "5000"));
    // What is there can be changed, and makes room when it goes.
    let rest = admin.rest();
    let path = format!("/api/v1/calendar/entries/{id}");
    rest.send(rest.request(Method::PATCH, &path).json(&json!({"name": "Another"}))).await.answer();
    rest.send(rest.request(Method::DELETE, &path)).await.answer();
    make(&admin, one()).await;
    // The same file again makes nothing new, so it needs no room.
    let again = admin.calendar().import_calendar_entries(import("a", &[400; 5])).await.answer();
    assert_eq!((again.created, again.unchanged), (0, 2_000));
}
