//! CreatePunch and ListPunches.

use chrono::{Days, SecondsFormat, TimeDelta};
use futures_util::future::join_all;
use rollcall_proto::v1::{
    CreatePunchRequest, Employee, ListPunchesRequest, Punch,
    punch::{EventType, Source},
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    college::College,
    in_every_world, on_both_stores,
    record::{time, timestamp},
    world::Plan,
};
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use super::{at, days_ago, employ, punch, punches, punches_of, send, workforce};

in_every_world!(are_kept_as_they_were_given, are_stored_once_however_many_send_them);
on_both_stores!(
    are_told_apart_by_what_their_sender_calls_them,
    are_the_same_at_the_same_instant_without_a_name,
    have_a_time_that_can_be_believed,
    have_an_offset_of_their_zone,
    are_refused_by_field,
    are_listed_from_the_latest_on,
    are_their_colleges,
);

async fn are_kept_as_they_were_given(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let date = days_ago(&class, 3);
    let text = at(date, "08:58:30");
    let request = CreatePunchRequest {
        event_id: "gate-2/000817".to_owned(),
        source: Source::Terminal.into(),
        time_zone: "Asia/Kolkata".to_owned(),
        location_id: Some(class.college.location.id.to_string()),
        verification: "card".to_owned(),
        ..punch(&employee, EventType::In, &text)
    };
    let stored = send(&admin, request).await;
    let expected = Punch {
        id: stored.id.clone(),
        employee_id: employee.id.clone(),
        event_type: EventType::In.into(),
        event_time: text.clone(),
        occurred_at: Some(timestamp(text.parse().expect("a time"))),
        wall_time: format!("{date}T08:58:30"),
        utc_offset_seconds: 19_800,
        time_zone: "Asia/Kolkata".to_owned(),
        source: Source::Terminal.into(),
        event_id: "gate-2/000817".to_owned(),
        location_id: Some(class.college.location.id.to_string()),
        verification: "card".to_owned(),
        corrects_id: None,
        corrected_by_id: None,
        is_void: false,
        reason: String::new(),
        recorded_at: stored.recorded_at,
        recorded_by_id: Some(class.college.admin.id.to_string()),
        replayed: false,
    };
    assert!(stored.recorded_at.is_some());
    assert_eq!(Uuid::parse_str(&stored.id).expect("an id").get_version_num(), 7);
    assert_eq!(stored, expected);
    assert_eq!(punches_of(&admin, &employee).await, [expected]);

    // A time in each spelling, with the instant and the offset that it says.
    for (text, instant, offset) in [
        (format!("{date}T09:00:00Z"), format!("{date}T09:00:00Z"), 0),
        (format!("{date}T16:00:00+0530"), format!("{date}T10:30:00Z"), 19_800),
        (format!("{date}T08:00:00.250-03:30"), format!("{date}T11:30:00.250Z"), -12_600),
        (format!("{date}T12:00:00.1234567+00:00"), format!("{date}T12:00:00.123456Z"), 0),
    ] {
        let stored = send(&admin, punch(&employee, EventType::Unknown, &text)).await;
        assert_eq!((&stored.event_time, stored.utc_offset_seconds), (&text, offset));
        assert_eq!(stored.occurred_at, Some(timestamp(instant.parse().expect("a time"))), "{text}");
        assert!(stored.wall_time.starts_with(&text[..19]), "{text}: {}", stored.wall_time);
        assert_eq!((stored.source(), &*stored.time_zone), (Source::Api, ""), "what was left out");
    }
}

async fn are_stored_once_however_many_send_them(kind: Kind) {
    const RACERS: usize = 16;
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let date = days_ago(&class, 1);
    let named =
        CreatePunchRequest { event_id: "gate/1".to_owned(), ..punch(&employee, EventType::In, &at(date, "09:00:00")) };
    let unnamed = punch(&employee, EventType::Out, &at(date, "17:00:00"));
    for (number, request) in [named, unnamed].into_iter().enumerate() {
        let racers = (0..RACERS).map(|_| {
            let (admin, request) = (admin.on_own_line(), request.clone());
            async move { send(&admin, request).await }
        });
        let answers = join_all(racers).await;
        let stored = punches_of(&admin, &employee).await;
        assert_eq!(stored.len(), number + 1, "{stored:?}");
        for answer in &answers {
            assert_eq!(Punch { replayed: false, ..answer.clone() }, stored[0]);
        }
        assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1, "one of them was stored");
    }
}

async fn are_told_apart_by_what_their_sender_calls_them(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let (employee, other) = (employ(&admin, "Receptionist").await, employ(&admin, "Porter").await);
    let date = days_ago(&class, 2);
    let request =
        CreatePunchRequest { event_id: "gate/1".to_owned(), ..punch(&employee, EventType::In, &at(date, "09:00:00")) };
    let first = send(&admin, request.clone()).await;
    assert_eq!(send(&admin, request.clone()).await, Punch { replayed: true, ..first.clone() });
    for changed in [
        CreatePunchRequest { event_type: EventType::Out.into(), ..request.clone() },
        CreatePunchRequest { event_time: at(date, "09:00:01"), ..request.clone() },
        CreatePunchRequest { employee_id: other.id.clone(), ..request.clone() },
    ] {
        let refusal = workforce(&admin).create_punch(changed.clone()).await.refused();
        assert_eq!(refusal.kind(), (Code::AlreadyExists, "EVENT_ID_REUSED"), "{changed:?}");
    }
    // Another source calls its events as it likes, and another event at the same second is another event.
    let from_a_phone = CreatePunchRequest { source: Source::Phone.into(), ..request.clone() };
    let by_another_name = CreatePunchRequest { event_id: "gate/2".to_owned(), ..request.clone() };
    for another in [from_a_phone, by_another_name] {
        let stored = send(&admin, another).await;
        assert!(!stored.replayed && stored.id != first.id, "{stored:?}");
    }
    assert_eq!(punches_of(&admin, &employee).await.len(), 3);
    assert_eq!(punches_of(&admin, &other).await, []);
}

async fn are_the_same_at_the_same_instant_without_a_name(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let (employee, other) = (employ(&admin, "Receptionist").await, employ(&admin, "Porter").await);
    let date = days_ago(&class, 2);
    let first = send(&admin, punch(&employee, EventType::In, &at(date, "09:00:00"))).await;
    for text in [at(date, "09:00:00"), format!("{date}T03:30:00Z"), format!("{date}T03:30:00.0000009Z")] {
        let again = send(&admin, punch(&employee, EventType::In, &text)).await;
        assert_eq!(again, Punch { replayed: true, ..first.clone() }, "{text}");
    }
    for another in [
        punch(&employee, EventType::Out, &at(date, "09:00:00")),
        punch(&employee, EventType::In, &at(date, "09:00:00.000001")),
        punch(&other, EventType::In, &at(date, "09:00:00")),
    ] {
        assert!(!send(&admin, another.clone()).await.replayed, "{another:?}");
    }
    assert_eq!(punches_of(&admin, &employee).await.len(), 3);
}

async fn have_a_time_that_can_be_believed(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let now = class.world.clock().now();
    let ahead = |hours| (now + TimeDelta::hours(hours)).to_rfc3339_opts(SecondsFormat::Secs, true);
    for text in [
        "",
        "yesterday",
        "2026-03-02",
        "2026-03-02T08:58:30",
        "2026-03-02T08:58+05:30",
        "2026-03-02T08:58:30 IST",
        "2026-03-02T08:58:30[Asia/Kolkata]",
        "2026-03-02T08:58:30+25:00",
        "2026-02-30T08:58:30Z",
        "2026-03-02T25:00:00Z",
        "2026-03-02T08:58:60Z",
        "02/03/2026 08:58:30",
        "1772420310",
        "1999-12-31T23:59:59Z",
        "9999-12-31T23:59:59Z",
        &ahead(25),
    ] {
        let refusal = workforce(&admin).create_punch(punch(&employee, EventType::In, text)).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{text}");
        assert_eq!(refusal.violations[0].0, "event_time", "{text}");
        assert!(!refusal.violations[0].1.is_empty(), "{text}");
    }
    assert_eq!(punches_of(&admin, &employee).await, []);
    for text in ["2000-01-01T00:00:00Z", &ahead(23)] {
        assert_eq!(send(&admin, punch(&employee, EventType::In, text)).await.event_time, text);
    }
}

async fn have_an_offset_of_their_zone(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let tried = async |text: &str, zone: &str| {
        let request = CreatePunchRequest { time_zone: zone.to_owned(), ..punch(&employee, EventType::Unknown, text) };
        workforce(&admin).create_punch(request).await
    };
    for (text, zone) in [
        ("2026-01-15T08:00:00+01:00", "Europe/Berlin"),
        ("2025-07-15T08:00:00+02:00", "Europe/Berlin"),
        // Clocks go back at three: half past two comes twice.
        ("2025-10-26T02:30:00+02:00", "Europe/Berlin"),
        ("2025-10-26T02:30:00+01:00", "Europe/Berlin"),
        ("2025-07-15T08:00:00+10:30", "Australia/Lord_Howe"),
        ("2026-01-15T08:00:00Z", "UTC"),
    ] {
        assert_eq!(tried(text, zone).await.answer().time_zone, zone, "{text}");
    }
    for (text, zone) in [
        ("2026-01-15T08:00:00+02:00", "Europe/Berlin"),
        // There was no half past two: clocks went on at two.
        ("2026-03-29T02:30:00+01:00", "Europe/Berlin"),
        ("2026-01-15T08:00:00Z", "Asia/Kolkata"),
        ("2026-01-15T08:00:00+05:30", "Mars/Olympus"),
        ("2026-01-15T08:00:00+05:30", "+05:30"),
    ] {
        let refusal = tried(text, zone).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{text} {zone}");
        assert_eq!(refusal.violations[0].0, "time_zone", "{text} {zone}");
    }
}

async fn are_refused_by_field(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let employee = employ(&class.admin(), "Receptionist").await;
    let rest = class.admin().rest();
    let path = "/api/v1/workforce/attendance";
    let good =
        json!({"employee_id": employee.id, "event_type": "IN", "event_time": at(days_ago(&class, 1), "09:00:00")});
    for (field, value) in [
        ("employee_id", json!("E-1042")),
        ("event_type", json!("EVENT_TYPE_UNSPECIFIED")),
        ("event_id", json!("x".repeat(129))),
        ("time_zone", json!("x".repeat(65))),
        ("location_id", json!("Room 101")),
        ("verification", json!("x".repeat(65))),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let refusal = rest.post(path, &body).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{body}");
        assert_eq!(refusal.violations.iter().map(|(field, _)| &**field).collect::<Vec<_>>(), [field], "{body}");
    }
    for (field, resource) in [("employee_id", "employee"), ("location_id", "location")] {
        let mut body = good.clone();
        body[field] = json!(Uuid::now_v7());
        let refusal = rest.post(path, &body).await.refused();
        assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), resource));
    }
    assert_eq!(punches_of(&class.admin(), &employee).await, []);
}

async fn are_listed_from_the_latest_on(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let (employee, other) = (employ(&admin, "Receptionist").await, employ(&admin, "Porter").await);
    let date = days_ago(&class, 5);
    // They come in another order than they happened in, and three of them at the same second.
    let mut stored = Vec::new();
    for (whose, event_type, text) in [
        (&employee, EventType::Out, at(date, "17:00:00")),
        (&other, EventType::In, at(date, "09:00:00")),
        (&employee, EventType::In, at(date, "09:00:00")),
        (&employee, EventType::Out, at(date, "09:00:00")),
        (&other, EventType::Out, at(date + Days::new(1), "06:00:00")),
        (&employee, EventType::In, at(date, "13:00:00")),
    ] {
        stored.push(send(&admin, punch(whose, event_type, &text)).await);
    }
    let all = ListPunchesRequest::default();
    let listed = punches(&admin, all.clone()).await;
    let times: Vec<_> = listed.iter().map(|punch| time(punch.occurred_at)).collect();
    assert!(times.is_sorted_by(|one, next| one >= next), "{times:?}");
    let mut ids: Vec<_> = listed.iter().map(|punch| punch.id.clone()).collect();
    let mut expected: Vec<_> = stored.iter().map(|punch| punch.id.clone()).collect();
    for page_size in [1, 2, 6, 1000] {
        let request = ListPunchesRequest { page_size, ..all.clone() };
        assert_eq!(punches(&admin, request).await, listed, "pages of {page_size}");
    }
    ids.sort();
    expected.sort();
    assert_eq!(ids, expected);

    let own: Vec<_> = listed.iter().filter(|punch| punch.employee_id == employee.id).cloned().collect();
    assert_eq!(punches_of(&admin, &employee).await, own);
    // From its beginning on, and without its end.
    let span = |from: &str, to: &str| ListPunchesRequest {
        page_size: 1,
        from: Some(timestamp(at(date, from).parse().expect("a time"))),
        to: Some(timestamp(at(date, to).parse().expect("a time"))),
        ..ListPunchesRequest::default()
    };
    let found = punches(&admin, span("09:00:00", "17:00:00")).await;
    assert_eq!(found, listed[2..], "{found:?}");
    let own = ListPunchesRequest { employee_id: Some(employee.id.clone()), ..span("09:00:01", "17:00:01") };
    let found: Vec<_> = punches(&admin, own.clone()).await.into_iter().map(|punch| punch.event_time).collect();
    assert_eq!(found, [at(date, "17:00:00"), at(date, "13:00:00")]);

    // A token is of one list.
    let page_token = workforce(&admin).list_punches(own).await.answer().next_page_token;
    let request = ListPunchesRequest { page_size: 1, page_token, ..ListPunchesRequest::default() };
    let refusal = workforce(&admin).list_punches(request).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
    let nobody = ListPunchesRequest { employee_id: Some(Uuid::now_v7().to_string()), ..ListPunchesRequest::default() };
    let refusal = workforce(&admin).list_punches(nobody).await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "employee"));
}

async fn are_their_colleges(kind: Kind) {
    let (college, other) = (College::new("riverside", 0), College::new("hillside", 0));
    let class = Class { world: Plan::new(kind).start(&[&college, &other]).await, college };
    let (admin, stranger) = (class.admin(), class.world.actor(&other.admin));
    let (ours, theirs) = (employ(&admin, "Receptionist").await, employ(&stranger, "Receptionist").await);
    let text = at(days_ago(&class, 1), "09:00:00");
    let named = |employee: &Employee| CreatePunchRequest {
        event_id: "gate/1".to_owned(),
        ..punch(employee, EventType::In, &text)
    };
    let stored = send(&admin, named(&ours)).await;
    let elsewhere = send(&stranger, named(&theirs)).await;
    assert!(!elsewhere.replayed, "the other college's gate has a first event too");
    assert_eq!(punches(&admin, ListPunchesRequest::default()).await, [stored]);
    assert_eq!(punches(&stranger, ListPunchesRequest::default()).await, [elsewhere]);
    for (request, resource) in [
        (named(&ours), "employee"),
        (
            CreatePunchRequest {
                location_id: Some(class.college.location.id.to_string()),
                ..punch(&theirs, EventType::Out, &text)
            },
            "location",
        ),
    ] {
        let refusal = workforce(&stranger).create_punch(request).await.refused();
        assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), resource));
    }
}
