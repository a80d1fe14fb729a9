//! DownloadScheduleFeed: two calendar programs that share no code with Rollcall find in a feed what the schedule says, over
//! the changes of the clocks in spring and in autumn.

use chrono::{Datelike as _, Days, Months, NaiveDate};
use rollcall_proto::v1::{
    CreateCalendarEntryRequest, CreateScheduleFeedRequest, CreateTimetableRequest, EnrolStudentRequest,
    ListMyScheduleRequest, calendar_entry::Kind as EntryKind,
};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, client, college::College, in_one_world, on_both_stores, record::time,
    world::Plan,
};
use serde_json::{Value, json};

use super::{entry, make};
use crate::division::today;

in_one_world!(
    python_in_berlin,
    python_in_new_york,
    node_in_berlin,
    node_in_new_york,
    python_where_clocks_go_half_an_hour,
    node_where_clocks_never_change,
);
on_both_stores!(is_a_calendar);

async fn python_in_berlin(kind: Kind) {
    is_the_schedule(kind, "Europe/Berlin", "calendar_python", 2).await;
}

async fn python_in_new_york(kind: Kind) {
    is_the_schedule(kind, "America/New_York", "calendar_python", 2).await;
}

async fn node_in_berlin(kind: Kind) {
    is_the_schedule(kind, "Europe/Berlin", "calendar_node", 2).await;
}

async fn node_in_new_york(kind: Kind) {
    is_the_schedule(kind, "America/New_York", "calendar_node", 2).await;
}

async fn python_where_clocks_go_half_an_hour(kind: Kind) {
    is_the_schedule(kind, "Australia/Lord_Howe", "calendar_python", 2).await;
}

async fn node_where_clocks_never_change(kind: Kind) {
    is_the_schedule(kind, "Asia/Kolkata", "calendar_node", 1).await;
}

/// A class whose slots begin and end before, in and after the hours that clocks leave out or show twice; and a calendar with a
/// vacation, a day off and a pause at noon.
async fn class_in(kind: Kind, zone: &str) -> Class {
    let mut college = College::new("riverside", 1);
    college.college.time_zone = zone.to_owned();
    college.location.name = "Hörsaal 1, west; upper \\ floor".to_owned();
    let class = Class::of(Plan::new(kind), college).await;
    let (admin, college, today) = (class.admin(), &class.college, today());
    let long_ago = (today - Months::new(8)).to_string();
    let slots = [
        // The changes are on Sundays, between one and three at night.
        (7, "00:15", "00:45", None),
        (7, "01:10", "02:20", None),
        (7, "02:30", "03:15", None),
        (7, "03:30", "04:30", None),
        (7, "22:00", "23:30", None),
        (1, "09:00", "10:30", None),
        (3, "12:00", "14:00", Some((today + Months::new(2)).to_string())),
        (5, "16:00", "17:00", Some((today - Months::new(5)).to_string())),
    ];
    for (day_of_week, start, end, valid_to) in slots {
        let request = CreateTimetableRequest {
            division_id: college.division.id.to_string(),
            location_id: college.location.id.to_string(),
            teacher_id: college.teacher.id.to_string(),
            subject: format!("Compilers, {start}; a long name that has to be folded, because it is longer than a line"),
            day_of_week,
            start_time: start.to_owned(),
            end_time: end.to_owned(),
            valid_from: Some(long_ago.clone()),
            valid_to,
            also_location_ids: Vec::new(),
        };
        admin.timetables().create_timetable(request).await.answer();
    }
    let day = |ahead: u64| (today + Days::new(ahead)).to_string();
    make(&admin, entry(EntryKind::Break, "Vacation", &day(20), &day(34))).await;
    make(&admin, entry(EntryKind::Holiday, "Founders' Day", &day(50), &day(50))).await;
    let noon = CreateCalendarEntryRequest {
        start_time: Some("12:30".to_owned()),
        end_time: Some("13:00".to_owned()),
        ..entry(EntryKind::Break, "Lunch", &long_ago, &day(400))
    };
    make(&admin, noon).await;
    // The student was there for some weeks and comes again.
    let student = college.stranger.id.to_string();
    let spans = [((today - Days::new(60)).to_string(), Some((today - Days::new(30)).to_string())), (day(10), None)];
    for (from, to) in spans {
        let request = EnrolStudentRequest {
            division_id: college.division.id.to_string(),
            student_id: student.clone(),
            from_date: Some(from),
            to_date: to,
        };
        admin.divisions().enrol_student(request).await.answer();
    }
    class
}

/// The days that a feed holds: from the month three months ago to the one in a year.
fn window() -> (NaiveDate, NaiveDate) {
    let first = today().with_day(1).expect("the first of a month");
    (first - Months::new(3), first + Months::new(13) - Days::new(1))
}

/// What the schedule says, as the clients tell it.
async fn schedule(actor: &Actor) -> Vec<Value> {
    let (first, last) = window();
    let mut found = Vec::new();
    let mut from = first;
    while from <= last {
        let to = last.min(from + Days::new(61));
        let mut request = ListMyScheduleRequest {
            from: Some(from.to_string()),
            to: Some(to.to_string()),
            page_size: 500,
            ..Default::default()
        };
        loop {
            let page = actor.timetables().list_my_schedule(request.clone()).await.answer();
            found.extend(page.occurrences.into_iter().map(|one| {
                let at = |told| time(told).format("%Y-%m-%dT%H:%M:%SZ").to_string();
                json!([at(one.starts_at), at(one.ends_at), one.subject, one.location_name])
            }));
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        from = to + Days::new(1);
    }
    found
}

async fn link(actor: &Actor) -> String {
    actor.schedule_feeds().create_schedule_feed(CreateScheduleFeedRequest {}).await.answer().path
}

async fn is_the_schedule(kind: Kind, zone: &str, program: &str, offsets: usize) {
    let class = class_in(kind, zone).await;
    let (first, last) = window();
    // Every zone's day is within these.
    let (from, before) = ((first - Days::new(2)).to_string(), (last + Days::new(2)).to_string());
    for actor in [class.teacher(), class.student(0), class.stranger()] {
        let expected = schedule(&actor).await;
        assert!(expected.len() > 200, "{} occurrences", expected.len());
        // The test says something only if the clocks change in it.
        let nine: std::collections::BTreeSet<_> = expected
            .iter()
            .filter(|one| one[2].as_str().is_some_and(|subject| subject.contains("09:00")))
            .map(|one| one[0].as_str().expect("a time")[10..].to_owned())
            .collect();
        assert_eq!(nine.len(), offsets, "{nine:?}");
        let url = format!("{}{}", class.world.desk().edge(0), link(&actor).await);
        let expected = Value::from(expected).to_string();
        let arguments = [&url, &from, &before, &expected].map(String::as_str);
        client::run(&class, program, &arguments, "the calendar is the schedule").await;
    }
}

async fn is_a_calendar(kind: Kind) {
    let class = class_in(kind, "Europe/Berlin").await;
    let path = link(&class.teacher()).await;
    let get = async || class.world.nobody().rest().get(&path).await.bytes;
    let bytes = get().await;
    assert_eq!(get().await, bytes, "what has not changed is the same");
    let text = std::str::from_utf8(&bytes).expect("UTF-8");
    assert!(text.ends_with("END:VCALENDAR\r\n"));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    let longest = text.split("\r\n").map(str::len).max();
    assert!(longest <= Some(76), "{longest:?}");
    for line in [
        "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\n",
        "DTSTART;TZID=Europe/Berlin:",
        "LOCATION:Hörsaal 1\\, west\\; upper \\\\ floor\r\n",
        "RRULE:FREQ=WEEKLY;UNTIL=",
        "EXDATE;TZID=Europe/Berlin:",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("Lunch"));
}
