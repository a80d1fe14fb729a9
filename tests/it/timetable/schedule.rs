//! ListMySchedule and ListToday.

use chrono::{Datelike as _, Days, NaiveDate};
use rollcall_proto::v1::{
    CreateCalendarEntryRequest, CreateTimetableRequest, DayOff, ListMyScheduleRequest, ListMyScheduleResponse,
    ListTodayRequest, Occurrence, calendar_entry,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    actor::Actor,
    college::College,
    on_both_stores,
    record::{time, timestamp},
    seed::Role,
    world::Plan,
};
use tonic::Code;

use super::{make, monday};
use crate::division::today;

on_both_stores!(
    follows_daylight_saving,
    follows_enrolments_day_by_day,
    shows_teachers_what_they_teach,
    leaves_days_off_out_and_names_them,
    is_of_a_week_or_as_asked,
    pages,
    has_a_today
);

fn days(from: &str, to: &str) -> ListMyScheduleRequest {
    ListMyScheduleRequest { from: Some(from.to_owned()), to: Some(to.to_owned()), ..Default::default() }
}

async fn schedule(actor: &Actor, request: ListMyScheduleRequest) -> ListMyScheduleResponse {
    actor.timetables().list_my_schedule(request).await.answer()
}

/// Day and instants of what takes place.
async fn times(actor: &Actor, from: &str, to: &str) -> Vec<String> {
    let told = |occurrence: Occurrence| {
        let at = |at| time(at).format("%dT%H:%M").to_string();
        let Occurrence { date, start_time, end_time, starts_at, ends_at, .. } = occurrence;
        format!("{date} {start_time}-{end_time} {} {}", at(starts_at), at(ends_at))
    };
    schedule(actor, days(from, to)).await.occurrences.into_iter().map(told).collect()
}

async fn dates(actor: &Actor, from: &str, to: &str) -> Vec<String> {
    let occurrences = schedule(actor, days(from, to)).await.occurrences;
    occurrences.into_iter().map(|occurrence| occurrence.date).collect()
}

async fn follows_daylight_saving(kind: Kind) {
    let mut college = College::new("riverside", 1);
    college.college.time_zone = "Europe/Berlin".to_owned();
    let class = Class::of(Plan::new(kind), college).await;
    let made = make(&class, monday(&class)).await;
    let night = CreateTimetableRequest {
        day_of_week: 7,
        start_time: "02:15".to_owned(),
        end_time: "03:45".to_owned(),
        subject: "Astronomy".to_owned(),
        ..monday(&class)
    };
    make(&class, night).await;
    let student = class.student(0);
    assert_eq!(
        times(&student, "2026-03-22", "2026-03-30").await,
        [
            "2026-03-22 02:15-03:45 22T01:15 22T02:45",
            "2026-03-23 09:00-10:00 23T08:00 23T09:00",
            // Clocks go from two to three.
            "2026-03-29 03:15-03:45 29T01:15 29T01:45",
            "2026-03-30 09:00-10:00 30T07:00 30T08:00",
        ]
    );
    assert_eq!(
        times(&student, "2026-10-19", "2026-10-26").await,
        [
            "2026-10-19 09:00-10:00 19T07:00 19T08:00",
            // They go back from three to two, and 02:15 comes twice.
            "2026-10-25 02:15-03:45 25T00:15 25T02:45",
            "2026-10-26 09:00-10:00 26T08:00 26T09:00",
        ]
    );
    let whole = schedule(&student, days("2026-03-23", "2026-03-23")).await.occurrences;
    let college = &class.college;
    let at = |text: &str| Some(timestamp(text.parse().expect("a time")));
    let expected = Occurrence {
        timetable_id: made.id,
        date: "2026-03-23".to_owned(),
        starts_at: at("2026-03-23T08:00:00Z"),
        ends_at: at("2026-03-23T09:00:00Z"),
        start_time: "09:00".to_owned(),
        end_time: "10:00".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        subject: "Compilers".to_owned(),
        division_id: college.division.id.to_string(),
        division_name: college.division.name.clone(),
        location_id: college.location.id.to_string(),
        location_name: college.location.name.clone(),
        teacher_id: college.teacher.id.to_string(),
        teacher_name: college.teacher.username.clone(),
    };
    assert_eq!(whole, [expected]);
}

async fn follows_enrolments_day_by_day(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let (first, second) = (college.division.clone(), college.other_division.clone());
    let mover = college.another_person("mover", Role::Student);
    let day = |text: &str| Some(text.parse::<NaiveDate>().expect("a day"));
    for (division, from, to) in
        [(&first, "2026-02-03", Some("2026-02-16")), (&second, "2026-02-17", None), (&first, "2026-03-10", None)]
    {
        college.enrol(&mover, division);
        let enrolment = college.more.enrolments.last_mut().expect("the enrolment");
        enrolment.from_date = day(from);
        enrolment.to_date = to.and_then(day);
    }
    let class = Class::of(Plan::new(kind), college).await;
    make(&class, monday(&class)).await;
    let tuesday = CreateTimetableRequest {
        division_id: class.college.other_division.id.to_string(),
        day_of_week: 2,
        valid_to: Some("2026-03-03".to_owned()),
        ..monday(&class)
    };
    make(&class, tuesday).await;
    let mover = class.world.actor(&mover);
    assert_eq!(
        dates(&mover, "2026-02-01", "2026-03-31").await,
        [
            // Mondays while in the first division, the last day included.
            "2026-02-09",
            "2026-02-16",
            // Tuesdays from the first day in the second one, while the slot is valid.
            "2026-02-17",
            "2026-02-24",
            "2026-03-03",
            "2026-03-16",
            "2026-03-23",
            "2026-03-30",
        ]
    );
    assert!(dates(&class.stranger(), "2026-02-01", "2026-03-31").await.is_empty());
    assert_eq!(dates(&class.student(0), "2026-01-01", "2026-01-12").await, ["2026-01-05", "2026-01-12"]);
}

async fn shows_teachers_what_they_teach(kind: Kind) {
    let class = Class::open(kind, 0).await;
    make(&class, monday(&class)).await;
    let other = CreateTimetableRequest {
        teacher_id: class.college.other_teacher.id.to_string(),
        day_of_week: 3,
        ..monday(&class)
    };
    make(&class, other).await;
    assert_eq!(dates(&class.teacher(), "2026-03-02", "2026-03-08").await, ["2026-03-02"]);
    assert_eq!(dates(&class.other_teacher(), "2026-03-02", "2026-03-08").await, ["2026-03-04"]);
    let refusal = class.admin().timetables().list_my_schedule(days("2026-03-02", "2026-03-08")).await.refused();
    assert_eq!(refusal.kind(), (Code::PermissionDenied, "ROLE_NOT_ALLOWED"));
}

async fn leaves_days_off_out_and_names_them(kind: Kind) {
    let class = Class::open(kind, 1).await;
    make(&class, monday(&class)).await;
    let holiday = CreateCalendarEntryRequest {
        kind: calendar_entry::Kind::Holiday.into(),
        name: "Spring festival".to_owned(),
        from_date: "2026-03-08".to_owned(),
        to_date: Some("2026-03-09".to_owned()),
        ..Default::default()
    };
    class.admin().calendar().create_calendar_entry(holiday).await.answer();
    let told = schedule(&class.student(0), days("2026-03-02", "2026-03-16")).await;
    let held: Vec<_> = told.occurrences.iter().map(|occurrence| occurrence.date.as_str()).collect();
    assert_eq!(held, ["2026-03-02", "2026-03-16"]);
    let day_off = |date: &str| DayOff { date: date.to_owned(), name: "Spring festival".to_owned() };
    assert_eq!(told.days_off, [day_off("2026-03-08"), day_off("2026-03-09")]);
}

async fn is_of_a_week_or_as_asked(kind: Kind) {
    let class = Class::open(kind, 1).await;
    for day_of_week in 1..=7 {
        make(&class, CreateTimetableRequest { day_of_week, ..monday(&class) }).await;
    }
    let student = class.student(0);
    let found = schedule(&student, ListMyScheduleRequest::default()).await.occurrences;
    let monday = today() - Days::new(today().weekday().num_days_from_monday().into());
    let week: Vec<_> = monday.iter_days().take(7).map(|day| day.to_string()).collect();
    assert_eq!(found.into_iter().map(|occurrence| occurrence.date).collect::<Vec<_>>(), week);
    for (from, to, number) in [
        (Some("2026-03-04"), None, Some(7)),
        (None, Some("2026-03-04"), Some(7)),
        (Some("2026-03-04"), Some("2026-03-04"), Some(1)),
        (Some("2026-03-01"), Some("2026-05-01"), Some(62)),
        (Some("2026-03-01"), Some("2026-05-02"), None),
        (Some("2026-03-04"), Some("2026-03-03"), None),
    ] {
        let request = ListMyScheduleRequest {
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            page_size: 500,
            ..Default::default()
        };
        let answer = student.timetables().list_my_schedule(request).await;
        match number {
            Some(number) => assert_eq!(answer.answer().occurrences.len(), number, "{from:?} {to:?}"),
            None => {
                let refusal = answer.refused();
                assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{from:?} {to:?}");
                assert_eq!(refusal.violations[0].0, "to");
            }
        }
    }
    let rest = student.rest().get("/api/v1/timetables/my-schedule?from=2026-03-04&to=2026-03-05").await.answer();
    assert_eq!(rest["occurrences"].as_array().map(Vec::len), Some(2), "{rest}");
    let refusal = student.rest().get("/api/v1/timetables/my-schedule?from=2026-02-30").await.refused();
    assert_eq!(refusal.violations[0].0, "from");
}

async fn pages(kind: Kind) {
    let class = Class::open(kind, 1).await;
    for hour in ["08", "10", "11"] {
        let request = CreateTimetableRequest {
            start_time: format!("{hour}:00"),
            end_time: format!("{hour}:45"),
            ..monday(&class)
        };
        make(&class, request).await;
    }
    let student = class.student(0);
    let whole = schedule(&student, days("2026-03-02", "2026-03-22")).await;
    assert_eq!(whole.occurrences.len(), 9);
    for page_size in [1, 2, 4, 9] {
        let mut request = ListMyScheduleRequest { page_size, ..days("2026-03-02", "2026-03-22") };
        let mut found = Vec::new();
        loop {
            let page = schedule(&student, request.clone()).await;
            found.extend(page.occurrences);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        assert_eq!(found, whole.occurrences, "pages of {page_size}");
    }
    let first = ListMyScheduleRequest { page_size: 1, ..days("2026-03-02", "2026-03-22") };
    let page_token = schedule(&student, first).await.next_page_token;
    let other = ListMyScheduleRequest { page_token, ..days("2026-03-02", "2026-03-23") };
    let refusal = student.timetables().list_my_schedule(other).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
}

async fn has_a_today(kind: Kind) {
    let class = Class::open(kind, 1).await;
    // Every day of the week, so that it does not matter on which one the test runs; the other teacher's only tomorrow.
    for day_of_week in 1..=7 {
        make(&class, CreateTimetableRequest { day_of_week, ..monday(&class) }).await;
    }
    let tomorrow = i32::try_from((today() + Days::new(1)).weekday().number_from_monday()).expect("a day of the week");
    let other = CreateTimetableRequest {
        teacher_id: class.college.other_teacher.id.to_string(),
        division_id: class.college.other_division.id.to_string(),
        day_of_week: tomorrow,
        start_time: "20:00".to_owned(),
        end_time: "21:00".to_owned(),
        ..monday(&class)
    };
    make(&class, other).await;
    let told = async |actor: &Actor| -> Vec<(String, String)> {
        let answer = actor.timetables().list_today(ListTodayRequest::default()).await.answer();
        answer.occurrences.into_iter().map(|occurrence| (occurrence.date, occurrence.start_time)).collect()
    };
    let at = |day: NaiveDate, start: &str| (day.to_string(), start.to_owned());
    let now = today();
    for actor in [class.student(0), class.teacher(), class.admin()] {
        assert_eq!(told(&actor).await, [at(now, "09:00")]);
    }
    for actor in [class.stranger(), class.other_teacher()] {
        assert_eq!(told(&actor).await, []);
    }
    // A day later by the servers' clocks.
    class.world.advance(86_400).await;
    let next = now + Days::new(1);
    assert_eq!(told(&class.student(0)).await, [at(next, "09:00")]);
    assert_eq!(told(&class.other_teacher()).await, [at(next, "20:00")]);
    assert_eq!(told(&class.admin()).await, [at(next, "09:00"), at(next, "20:00")]);
    let rest = class.admin().rest().get("/api/v1/timetables/today?page_size=1").await.answer();
    assert_eq!(rest["occurrences"].as_array().map(Vec::len), Some(1), "{rest}");
    assert_ne!(rest["next_page_token"], "");
}
