//! GetWorkHours and GetDailySummary: what punches come to.

use chrono::{DateTime, NaiveDate, Offset as _, TimeDelta, Utc};
use chrono_tz::{Europe::Berlin, Tz};
use http::Method;
use rollcall_proto::v1::{
    CreateEmployeeRequest, DailySummaryRow, Employee, GetDailySummaryRequest, GetWorkHoursRequest, WorkHoursRow,
    WorkSegment, punch::EventType,
};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, college::College, in_every_world, on_both_stores, world::Plan,
};
use serde_json::json;
use tonic::Code;

use super::{
    at, batch::send_all, begin_the_day, days_ago, employ, employ_in, hours, ins, local, move_to, punch, send, sums,
    today, work, workforce,
};

in_every_world!(pay_an_in_with_the_out_that_follows_it, say_from_when_to_when);
on_both_stores!(
    count_local_days_with_today,
    clamp_what_is_too_long,
    count_what_comes_late,
    are_of_the_zone_that_the_employee_has,
    follow_the_colleges_zone_for_everybody,
    know_when_clocks_change,
    come_latest_day_first_and_by_name,
    are_refused_by_field,
    are_their_colleges,
);

async fn work_hours(admin: &Actor, request: GetWorkHoursRequest) -> Vec<WorkHoursRow> {
    workforce(admin).get_work_hours(request).await.answer().rows
}

async fn daily(admin: &Actor, request: GetDailySummaryRequest) -> Vec<DailySummaryRow> {
    workforce(admin).get_daily_summary(request).await.answer().rows
}

async fn pay_an_in_with_the_out_that_follows_it(kind: Kind) {
    use EventType::{BreakIn, BreakOut, In, Out, Unknown};
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let date = days_ago(&class, 9);
    // Events of a day, its hours (none where there is no row), and its INs.
    let table: [(&[(EventType, &str)], Option<f64>, i32); 12] = [
        (&[(In, "09:00:00"), (Out, "17:00:00")], Some(8.0), 1),
        (&[(In, "09:00:00"), (In, "10:00:00"), (Out, "12:00:00")], Some(2.0), 2),
        (&[(In, "09:00:00"), (Out, "12:00:00"), (Out, "13:00:00")], Some(3.0), 1),
        (&[(In, "09:00:00"), (Out, "12:00:00"), (In, "13:00:00"), (Out, "17:30:00")], Some(7.5), 2),
        (&[(In, "09:00:00")], None, 1),
        (&[(Out, "09:00:00")], None, 0),
        (&[(Out, "08:00:00"), (In, "09:00:00"), (Out, "09:20:00")], Some(0.3333), 1),
        // Somebody who goes and comes in the same second, whichever is told first.
        (&[(In, "09:00:00"), (Out, "12:00:00"), (In, "12:00:00"), (Out, "15:00:00")], Some(6.0), 2),
        (&[(In, "09:00:00"), (In, "12:00:00"), (Out, "12:00:00"), (Out, "15:00:00")], Some(6.0), 2),
        // What comes and goes at once has not been there.
        (&[(In, "09:00:00"), (Out, "09:00:00")], None, 1),
        (&[(In, "09:00:00"), (BreakOut, "12:00:00"), (BreakIn, "13:00:00"), (Out, "17:00:00")], Some(8.0), 1),
        (&[(In, "09:00:00"), (Unknown, "12:00:00"), (Out, "13:00:00")], Some(4.0), 1),
    ];
    for (events, expected, in_count) in table {
        let employee = employ(&admin, "Receptionist").await;
        let day: Vec<_> = events.iter().map(|(event_type, time)| (*event_type, date, *time)).collect();
        work(&admin, &employee, &day).await;
        let expected: Vec<_> = expected.into_iter().map(|hours| (date.to_string(), hours)).collect();
        assert_eq!(sums(&admin, &employee).await, expected, "{events:?}");
        let counts: Vec<_> = ins(&admin, &employee).await.into_iter().map(|row| (row.date, row.in_count)).collect();
        let expected: Vec<_> = (in_count > 0).then(|| (date.to_string(), in_count)).into_iter().collect();
        assert_eq!(counts, expected, "{events:?}");
    }
}

async fn say_from_when_to_when(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Night guard").await;
    let (evening, morning) = (days_ago(&class, 3), days_ago(&class, 2));
    let zulu = format!("{morning}T00:30:00.5Z");
    work(&admin, &employee, &[(EventType::In, evening, "18:00:00"), (EventType::Out, evening, "19:00:00")]).await;
    work(&admin, &employee, &[(EventType::In, evening, "22:00:00")]).await;
    send(&admin, punch(&employee, EventType::Out, &zulu)).await;
    let request = GetWorkHoursRequest { employee_id: Some(employee.id.clone()), ..GetWorkHoursRequest::default() };
    let told = workforce(&admin).get_work_hours(request).await.answer();
    let segment = |from: String, to: String| WorkSegment { r#in: from, out: to, clamped: false };
    let expected = WorkHoursRow {
        employee_id: employee.id.clone(),
        employee_name: "Night guard".to_owned(),
        date: evening.to_string(),
        // An hour, and eight with half a second.
        hours: 9.0001,
        segments: vec![
            segment(at(evening, "18:00:00"), at(evening, "19:00:00")),
            segment(at(evening, "22:00:00"), zulu),
        ],
    };
    assert_eq!((told.rows, &*told.time_zone), (vec![expected], "Asia/Kolkata"));
    let request = GetDailySummaryRequest { employee_id: Some(employee.id.clone()), ..Default::default() };
    let told = workforce(&admin).get_daily_summary(request).await.answer();
    let expected = DailySummaryRow {
        employee_id: employee.id,
        employee_name: "Night guard".to_owned(),
        date: evening.to_string(),
        in_count: 2,
    };
    assert_eq!((told.rows, &*told.time_zone), (vec![expected], "Asia/Kolkata"));
}

async fn count_local_days_with_today(kind: Kind) {
    let class = Class::open(kind, 0).await;
    begin_the_day(&class).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    for ago in [0, 1, 6, 7, 30, 31, 365, 366] {
        let date = days_ago(&class, ago);
        // Just after midnight here, and the day before in UTC.
        work(&admin, &employee, &[(EventType::In, date, "00:00:00"), (EventType::Out, date, "01:00:00")]).await;
    }
    for (days, expected) in [(Some(1), 1), (Some(7), 3), (None, 3), (Some(8), 4), (Some(31), 5), (Some(366), 7)] {
        let request = GetWorkHoursRequest { days, ..GetWorkHoursRequest::default() };
        assert_eq!(work_hours(&admin, request).await.len(), expected, "{days:?}");
    }
    for (days, expected) in [(Some(1), 1), (Some(7), 3), (None, 5), (Some(366), 7)] {
        let request = GetDailySummaryRequest { days, ..GetDailySummaryRequest::default() };
        assert_eq!(daily(&admin, request).await.len(), expected, "{days:?}");
    }
    // The next day one more is too long ago.
    class.world.advance(86_400).await;
    let request = GetWorkHoursRequest { days: Some(7), ..GetWorkHoursRequest::default() };
    let dates: Vec<_> = work_hours(&admin, request).await.into_iter().map(|row| row.date).collect();
    assert_eq!(dates, [days_ago(&class, 1).to_string(), days_ago(&class, 2).to_string()]);
}

async fn clamp_what_is_too_long(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let (first, second, third) = (days_ago(&class, 5), days_ago(&class, 3), days_ago(&class, 2));
    let events = [
        // Forty hours, sixteen of them exactly, and eight.
        (EventType::In, first, "08:00:00"),
        (EventType::Out, days_ago(&class, 4), "23:59:59"),
        (EventType::In, second, "06:00:00"),
        (EventType::Out, second, "22:00:00"),
        (EventType::In, third, "09:00:00"),
        (EventType::Out, third, "17:00:00"),
    ];
    work(&admin, &employee, &events).await;
    let told = async |max_hours: Option<f64>| -> Vec<(f64, bool)> {
        let rows = work_hours(&admin, GetWorkHoursRequest { max_hours, ..GetWorkHoursRequest::default() }).await;
        rows.into_iter().map(|row| (row.hours, row.segments[0].clamped)).collect()
    };
    assert_eq!(told(None).await, [(8.0, false), (16.0, false), (16.0, true)]);
    assert_eq!(told(Some(16.0)).await, told(None).await);
    assert_eq!(told(Some(7.75)).await, [(7.75, true), (7.75, true), (7.75, true)]);
    assert_eq!(told(Some(168.0)).await, [(8.0, false), (16.0, false), (39.9997, false)]);
    // The texts are those of the punches, whatever counts.
    let rows = hours(&admin, &employee).await;
    assert_eq!(rows[2].segments[0].out, at(days_ago(&class, 4), "23:59:59"));
}

async fn count_what_comes_late(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let (date, next) = (days_ago(&class, 3), days_ago(&class, 2));
    // Each arrives after the one before was counted.
    for (event, expected) in [
        ((EventType::Out, date, "17:00:00"), vec![]),
        ((EventType::In, date, "09:00:00"), vec![(date, 8.0)]),
        ((EventType::In, date, "13:00:00"), vec![(date, 4.0)]),
        ((EventType::Out, date, "12:00:00"), vec![(date, 7.0)]),
        ((EventType::In, date, "22:00:00"), vec![(date, 7.0)]),
        ((EventType::Out, next, "06:00:00"), vec![(date, 15.0)]),
        ((EventType::In, next, "00:00:00"), vec![(next, 6.0), (date, 7.0)]),
        ((EventType::Out, date, "23:00:00"), vec![(next, 6.0), (date, 8.0)]),
    ] {
        work(&admin, &employee, &[event]).await;
        let expected: Vec<_> = expected.into_iter().map(|(date, hours)| (date.to_string(), hours)).collect();
        assert_eq!(sums(&admin, &employee).await, expected, "after {event:?}");
    }
}

async fn are_of_the_zone_that_the_employee_has(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let (date, next) = (days_ago(&class, 3), days_ago(&class, 2));
    work(&admin, &employee, &[(EventType::In, date, "23:30:00"), (EventType::Out, next, "05:30:00")]).await;
    let moved = async |zone: &str| {
        move_to(&admin, &employee, zone).await;
        let days: Vec<_> = ins(&admin, &employee).await.into_iter().map(|row| row.date).collect();
        let paid = sums(&admin, &employee).await;
        assert_eq!(days, paid.iter().map(|(date, _)| date.clone()).collect::<Vec<_>>());
        paid
    };
    let before = (sums(&admin, &employee).await, hours(&admin, &employee).await);
    assert_eq!(before.0, [(date.to_string(), 6.0)]);
    // It is the day after in Tokyo, and still the same one further west.
    assert_eq!(moved("Asia/Tokyo").await, [(next.to_string(), 6.0)]);
    assert_eq!(moved("America/Lima").await, [(date.to_string(), 6.0)]);
    assert_eq!(moved("").await, before.0);
    assert_eq!(hours(&admin, &employee).await, before.1, "back again as it was");
}

/// More people than are settled in one transaction.
async fn follow_the_colleges_zone_for_everybody(kind: Kind) {
    const PEOPLE: usize = 70;
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let (date, next) = (days_ago(&class, 3), days_ago(&class, 2));
    let mut punches = Vec::new();
    for _ in 0..PEOPLE {
        let employee = employ(&admin, "Guard").await;
        punches.push(punch(&employee, EventType::In, &at(date, "23:30:00")));
        punches.push(punch(&employee, EventType::Out, &at(next, "05:30:00")));
    }
    assert_eq!(send_all(&admin, punches).await.stored_count, 2 * PEOPLE as i32);
    for (zone, date) in [("Asia/Kolkata", date), ("Asia/Tokyo", next), ("America/Lima", date)] {
        let rest = admin.rest();
        let change = rest.request(Method::PATCH, "/api/v1/college").json(&json!({"time_zone": zone}));
        rest.send(change).await.answer();
        let told = work_hours(&admin, GetWorkHoursRequest::default()).await;
        let days: Vec<_> = told.iter().map(|row| (row.date.clone(), row.hours)).collect();
        assert_eq!(days, vec![(date.to_string(), 6.0); PEOPLE], "{zone}");
    }
}

async fn know_when_clocks_change(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ_in(&admin, "Night guard", "Europe/Berlin").await;
    let now = class.world.clock().now();
    let mut expected = Vec::new();
    for change in changes(Berlin, now - TimeDelta::days(3), 360) {
        let (begin, end) = (change - TimeDelta::hours(4), change + TimeDelta::hours(4));
        let texts = [begin, end].map(|time| time.with_timezone(&Berlin).to_rfc3339());
        assert_ne!(texts[0][19..], texts[1][19..], "the offsets differ");
        send(&admin, punch(&employee, EventType::In, &texts[0])).await;
        send(&admin, punch(&employee, EventType::Out, &texts[1])).await;
        expected.push((local(begin, Berlin).to_string(), texts));
    }
    // The last Sundays of March and October; one of them may be a few days too long ago.
    assert!(matches!(expected.len(), 1 | 2), "{expected:?}");
    let found = hours(&admin, &employee).await;
    assert_eq!(found.len(), expected.len());
    for (row, (date, [begin, end])) in found.iter().zip(expected) {
        // Eight hours have passed, whatever the clock on the wall shows.
        let segment = WorkSegment { r#in: begin, out: end, clamped: false };
        assert_eq!((&row.date, row.hours, &*row.segments), (&date, 8.0, &[segment][..]));
    }
}

/// When a zone's offset changed in so many days before a time, the latest first.
fn changes(zone: Tz, until: DateTime<Utc>, days: i64) -> Vec<DateTime<Utc>> {
    let offset = |time: DateTime<Utc>| time.with_timezone(&zone).offset().fix();
    let full = DateTime::from_timestamp(until.timestamp() / 3600 * 3600, 0).expect("a time");
    let hours = (0..days * 24).map(|hours| full - TimeDelta::hours(hours));
    hours.filter(|time| offset(*time) != offset(*time - TimeDelta::hours(1))).collect()
}

async fn come_latest_day_first_and_by_name(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let mut employees = Vec::new();
    for (name, department) in [("Porter", "Gate"), ("Driver", "Yard"), ("Porter", "Yard"), ("Cook", "")] {
        let request = CreateEmployeeRequest {
            name: name.to_owned(),
            department: department.to_owned(),
            ..CreateEmployeeRequest::default()
        };
        employees.push(workforce(&admin).create_employee(request).await.answer());
    }
    let (first, second) = (days_ago(&class, 2), days_ago(&class, 1));
    for employee in &employees {
        for date in [first, second] {
            work(&admin, employee, &[(EventType::In, date, "09:00:00"), (EventType::Out, date, "10:00:00")]).await;
        }
    }
    let order = |places: &[usize]| -> Vec<(String, String)> {
        let of = |date: NaiveDate| places.iter().map(move |&place| (date, place)).collect::<Vec<_>>();
        let days = of(second).into_iter().chain(of(first));
        days.map(|(date, place)| (date.to_string(), employees[place].id.clone())).collect()
    };
    // Of one name, in the order of their ids.
    let told = async |department: Option<&str>, employee: Option<&Employee>| {
        let request = GetWorkHoursRequest {
            department: department.map(str::to_owned),
            employee_id: employee.map(|employee| employee.id.clone()),
            ..GetWorkHoursRequest::default()
        };
        let paid = work_hours(&admin, request).await.into_iter().map(|row| (row.date, row.employee_id));
        let paid = paid.collect::<Vec<_>>();
        let request = GetDailySummaryRequest {
            department: department.map(str::to_owned),
            employee_id: employee.map(|employee| employee.id.clone()),
            ..GetDailySummaryRequest::default()
        };
        let counted = daily(&admin, request).await.into_iter().map(|row| (row.date, row.employee_id));
        assert_eq!(counted.collect::<Vec<_>>(), paid);
        paid
    };
    assert_eq!(told(None, None).await, order(&[3, 1, 0, 2]));
    assert_eq!(told(Some("Yard"), None).await, order(&[1, 2]));
    assert_eq!(told(None, Some(&employees[0])).await, order(&[0]));
    assert_eq!(told(Some("Yard"), Some(&employees[0])).await, []);
    assert_eq!(told(Some("Yar%"), None).await, []);
}

async fn are_refused_by_field(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    for (query, field) in [
        ("daily?days=0", "days"),
        ("daily?days=367", "days"),
        ("daily?employee_id=7", "employee_id"),
        ("workhours?days=-1", "days"),
        ("workhours?days=367", "days"),
        ("workhours?max_hours=0", "max_hours"),
        ("workhours?max_hours=-1", "max_hours"),
        ("workhours?max_hours=168.1", "max_hours"),
        ("workhours?max_hours=NaN", "max_hours"),
    ] {
        let refusal = rest.get(&format!("/summary/{query}")).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{query}");
        assert_eq!(refusal.violations[0].0, field, "{query}");
    }
    for query in ["daily?days=1", "daily?days=366", "workhours?days=366&max_hours=168", "workhours?max_hours=0.25"] {
        assert_eq!(rest.get(&format!("/summary/{query}")).await.answer()["rows"], serde_json::json!([]), "{query}");
    }
}

async fn are_their_colleges(kind: Kind) {
    let (college, mut other) = (College::new("riverside", 0), College::new("hillside", 0));
    other.college.time_zone = "Europe/Berlin".to_owned();
    let class = Class { world: Plan::new(kind).start(&[&college, &other]).await, college };
    let (admin, stranger) = (class.admin(), class.world.actor(&other.admin));
    let employee = employ(&admin, "Receptionist").await;
    let date = today(&class) - TimeDelta::days(1);
    work(&admin, &employee, &[(EventType::In, date, "09:00:00"), (EventType::Out, date, "10:00:00")]).await;
    let told = workforce(&stranger).get_work_hours(GetWorkHoursRequest::default()).await.answer();
    assert_eq!((told.rows, &*told.time_zone), (Vec::new(), "Europe/Berlin"));
    assert_eq!(daily(&stranger, GetDailySummaryRequest::default()).await, []);
    let request = GetWorkHoursRequest { employee_id: Some(employee.id.clone()), ..GetWorkHoursRequest::default() };
    let refusal = workforce(&stranger).get_work_hours(request).await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "employee"));
    assert_eq!(sums(&admin, &employee).await, [(date.to_string(), 1.0)]);
}
