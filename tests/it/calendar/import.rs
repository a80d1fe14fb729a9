//! ImportCalendarEntries.

use std::time::{Duration, Instant};

use http::Method;
use rollcall_proto::{
    google::api::HttpBody,
    v1::{
        ImportCalendarEntriesRequest, ImportCalendarEntriesResponse, ListCalendarEntriesRequest,
        calendar_entry::Kind as EntryKind, import_calendar_entries_response::skipped::Reason,
    },
};
use rollcall_tests::{Answer as _, Class, Kind, actor::Actor, in_one_world, on_both_stores, problem::Refusal};
use serde_json::json;
use tonic::Code;

on_both_stores!(
    takes_a_file_once,
    follows_what_the_file_changes,
    takes_all_or_nothing,
    only_tells_in_a_dry_run,
    takes_one_of_two_at_a_time,
);
in_one_world!(comes_as_a_body_over_rest, repeats_within_bounds, bounds_what_it_takes);

fn request(file: impl Into<Vec<u8>>) -> ImportCalendarEntriesRequest {
    let data: Vec<u8> = file.into();
    let file = HttpBody { content_type: "text/calendar".to_owned(), data: data.into(), extensions: Vec::new() };
    ImportCalendarEntriesRequest { file: Some(file), ..Default::default() }
}

async fn import(admin: &Actor, file: &str) -> ImportCalendarEntriesResponse {
    admin.calendar().import_calendar_entries(request(file)).await.answer()
}

async fn refused(admin: &Actor, file: impl Into<Vec<u8>>) -> Refusal {
    admin.calendar().import_calendar_entries(request(file)).await.refused()
}

/// The calendar, as `from to kind name`.
async fn calendar(actor: &Actor) -> Vec<String> {
    let request = ListCalendarEntriesRequest { page_size: 500, ..Default::default() };
    let listed = actor.calendar().list_calendar_entries(request).await.answer().entries;
    let told = listed.into_iter().map(|entry| {
        let kind = entry.kind().as_str_name().to_lowercase();
        format!("{} {} {kind} {}", entry.from_date, entry.to_date, entry.name)
    });
    told.collect()
}

fn event(uid: &str, lines: &str) -> String {
    format!("BEGIN:VEVENT\r\nDTSTAMP:20260101T000000Z\r\nUID:{uid}\r\n{lines}END:VEVENT\r\n")
}

fn file(events: &[String]) -> String {
    let head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Holidays//EN\r\n";
    format!("{head}{}END:VCALENDAR\r\n", events.concat())
}

/// A public holiday, a break whose name is folded and escaped, an event of some hours, and one that is cancelled.
fn holidays() -> String {
    file(&[
        event(
            "republic@example",
            "SUMMARY:Republic Day\r\nDTSTART;VALUE=DATE:20260126\r\nDTEND;VALUE=DATE:20260127\r\n",
        ),
        event(
            "winter@example",
            "SUMMARY:Fête d'hiver\\, vaca\r\n nces\r\nDTSTART;VALUE=DATE:20261221\r\nDTEND;VALUE=DATE:20270104\r\n\
             BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:Soon\r\nEND:VALARM\r\n",
        ),
        event("staff@example", "SUMMARY:Staff\r\nDTSTART;TZID=Asia/Kolkata:20260105T090000\r\n"),
        event("off@example", "SUMMARY:Fair\r\nSTATUS:CANCELLED\r\nDTSTART;VALUE=DATE:20260601\r\n"),
    ])
}

const HOLIDAYS: [&str; 2] =
    ["2026-01-26 2026-01-26 holiday Republic Day", "2026-12-21 2027-01-03 break Fête d'hiver, vacances"];

async fn takes_a_file_once(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let done = import(&admin, &holidays()).await;
    assert_eq!((done.dry_run, done.created, done.updated, done.unchanged), (false, 2, 0, 0));
    let made: Vec<_> = done.entries.iter().map(|entry| (entry.name.as_str(), entry.source_uid.as_str())).collect();
    assert_eq!(made, [("Republic Day", "republic@example"), ("Fête d'hiver, vacances", "winter@example")]);
    let skipped: Vec<_> = done
        .skipped
        .iter()
        .map(|event| (event.line, event.uid.as_str(), event.name.as_str(), event.reason()))
        .collect();
    let expected = [(24, "staff@example", "Staff", Reason::NotAllDay), (30, "off@example", "Fair", Reason::Cancelled)];
    assert_eq!(skipped, expected);
    assert_eq!(calendar(&admin).await, HOLIDAYS);

    let again = import(&admin, &holidays()).await;
    assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 2));
    assert_eq!((again.entries.len(), again.skipped.len()), (0, 2));
    assert_eq!(calendar(&admin).await, HOLIDAYS);
    let rows = class.world.rows().await;
    // What changes nothing leaves no row.
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'calendar.imported'").await, 1);
}

async fn follows_what_the_file_changes(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let done = import(&admin, &holidays()).await;
    let path = format!("/api/v1/calendar/entries/{}", done.entries[0].id);
    let rest = admin.rest();
    rest.send(rest.request(Method::PATCH, &path).json(&json!({"name": "By hand"}))).await.answer();
    // The file says what it said, so what somebody made of it stays.
    assert_eq!(import(&admin, &holidays()).await.unchanged, 2);
    assert_eq!(calendar(&admin).await[0], "2026-01-26 2026-01-26 holiday By hand");
    // It says something else.
    let newer = holidays().replace("DTEND;VALUE=DATE:20260127", "DTEND;VALUE=DATE:20260128");
    let changed = import(&admin, &newer).await;
    assert_eq!((changed.created, changed.updated, changed.unchanged), (0, 1, 1));
    assert_eq!(changed.entries[0].id, done.entries[0].id);
    assert_eq!(calendar(&admin).await, ["2026-01-26 2026-01-27 break Republic Day", HOLIDAYS[1]]);
    // Nothing goes because a file lacks it, and the kind may be given.
    let only = ImportCalendarEntriesRequest {
        kind: EntryKind::Holiday.into(),
        ..request(file(&[event("new@example", "SUMMARY:New\r\nDTSTART:20260301\r\nDURATION:P2D\r\n")]))
    };
    assert_eq!(admin.calendar().import_calendar_entries(only).await.answer().created, 1);
    assert_eq!(calendar(&admin).await[1], "2026-03-01 2026-03-02 holiday New");
    assert_eq!(calendar(&admin).await.len(), 3);
}

async fn takes_all_or_nothing(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let faulty = file(&[
        event("good@example", "SUMMARY:Good\r\nDTSTART:20260301\r\n"),
        event("bad@example", "SUMMARY:Bad\r\nDTSTART:20260230\r\n"),
        event("worse@example", "DTSTART:20260301\r\nDTEND:20260201\r\n"),
    ]);
    let refusal = refused(&admin, faulty.clone()).await;
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "IMPORT_FAULTY"));
    assert_eq!(refusal.told("fault_count"), "3");
    let told: Vec<_> = refusal.violations.iter().map(|(field, what)| (field.as_str(), what.as_str())).collect();
    let expected = [
        ("line 14", "has a DTSTART that is no day as YYYYMMDD, 1900 to 2199: \"20260230\""),
        ("line 16", "begins an event without SUMMARY"),
        ("line 20", "ends the event before it begins, 20260301"),
    ];
    assert_eq!(told, expected);
    let dry = ImportCalendarEntriesRequest { dry_run: true, ..request(faulty) };
    let dry = admin.calendar().import_calendar_entries(dry).await.answer();
    assert_eq!((dry.dry_run, dry.fault_count, dry.created), (true, 3, 0));
    let faults = dry.faults.iter().map(|fault| (format!("line {}", fault.line), fault.description.as_str()));
    assert_eq!(faults.collect::<Vec<_>>(), expected.map(|(line, what)| (line.to_owned(), what)));
    assert_eq!(calendar(&admin).await, [] as [&str; 0]);

    for (text, line) in [
        (Vec::new(), 1),
        (b"date,name\r\n".to_vec(), 1),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\n".to_vec(), 2),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:\xff\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n".to_vec(), 3),
    ] {
        let refusal = refused(&admin, text).await;
        assert_eq!(refusal.violations[0].0, format!("line {line}"));
    }
}

async fn only_tells_in_a_dry_run(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let dry = ImportCalendarEntriesRequest { dry_run: true, ..request(holidays()) };
    let told = admin.calendar().import_calendar_entries(dry.clone()).await.answer();
    assert_eq!((told.dry_run, told.created, told.skipped.len()), (true, 2, 2));
    assert!(told.entries.iter().all(|entry| entry.id.is_empty()));
    assert_eq!(calendar(&admin).await, [] as [&str; 0]);
    let mut done = import(&admin, &holidays()).await;
    done.entries.iter_mut().for_each(|entry| entry.id.clear());
    assert_eq!(ImportCalendarEntriesResponse { dry_run: true, ..done }, told);
    assert_eq!(admin.calendar().import_calendar_entries(dry).await.answer().unchanged, 2);
}

async fn takes_one_of_two_at_a_time(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let many: Vec<_> = (0..50)
        .map(|number| event(&number.to_string(), &format!("SUMMARY:Day {number}\r\nDTSTART:20260301\r\n")))
        .collect();
    let text = file(&many);
    // As many as may wait at a time, and the one that they wait for.
    let racers = (0..5).map(|_| import(&admin, &text));
    let done = futures_util::future::join_all(racers).await;
    let mut counts: Vec<_> = done.iter().map(|done| (done.created, done.unchanged)).collect();
    counts.sort_unstable();
    assert_eq!(counts, [vec![(0, 50); 4], vec![(50, 0)]].concat());
    assert_eq!(calendar(&admin).await.len(), 50);
}

async fn comes_as_a_body_over_rest(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let send = async |path: &str| {
        let request = rest.request(Method::POST, path).header("content-type", "text/calendar").body(holidays());
        rest.send(request).await.answer()
    };
    let told = send("/api/v1/calendar/entries:import?dry_run=true").await;
    assert_eq!((&told["dry_run"], &told["created"]), (&json!(true), &json!(2)));
    assert_eq!(told["skipped"][0]["reason"], "NOT_ALL_DAY");
    let done = send("/api/v1/calendar/entries:import?kind=break").await;
    assert_eq!((&done["created"], &done["entries"][0]["kind"]), (&json!(2), &json!("BREAK")));
}

async fn repeats_within_bounds(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let year: i32 = crate::division::today().format("%Y").to_string().parse().expect("a year");
    let since = year - 1;
    let text = file(&[
        event("labour@example", "SUMMARY:Labour Day\r\nDTSTART;VALUE=DATE:18900501\r\nRRULE:FREQ=YEARLY\r\n")
            .replace("1890", "1990"),
        event(
            "pair@example",
            &format!(
                "SUMMARY:Pair\r\nDTSTART;VALUE=DATE:{year}0601\r\nDTEND;VALUE=DATE:{year}0603\r\n\
                 RRULE:FREQ=YEARLY;COUNT=3\r\nEXDATE;VALUE=DATE:{}0601\r\n",
                year + 1
            ),
        ),
    ]);
    let done = import(&admin, &text).await;
    let labour: Vec<_> =
        (since..=year + 5).map(|year| format!("{year}-05-01 {year}-05-01 holiday Labour Day")).collect();
    let pair = [year, year + 2].map(|year| format!("{year}-06-01 {year}-06-02 break Pair"));
    let mut expected = [labour, pair.to_vec()].concat();
    expected.sort_unstable();
    assert_eq!(calendar(&admin).await, expected);
    assert_eq!(done.created, 9);
    assert_eq!(import(&admin, &text).await.unchanged, 9);
}

async fn bounds_what_it_takes(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let daily = event("daily@example", "SUMMARY:Off\r\nDTSTART:20200101\r\nRRULE:FREQ=DAILY\r\n");
    let refusal = refused(&admin, file(&[daily])).await;
    assert!(refusal.violations[0].1.contains("more than 2000 entries"), "{refusal:?}");
    // Rules that never give a day do not keep the server busy.
    let never = |number: usize| {
        event(&number.to_string(), "SUMMARY:Off\r\nDTSTART:20200101\r\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\r\n")
    };
    let refusal = refused(&admin, file(&(0..900).map(never).collect::<Vec<_>>())).await;
    let expected = ("line 9", "has an RRULE for days that no year has");
    assert_eq!(refusal.violations.iter().map(|(at, what)| (&**at, &**what)).collect::<Vec<_>>(), [expected]);
    // Nor do those that give a day in decades, or of which many positions are looked up: some 100 times what honest ones need.
    let days = (2..=170).map(|day| day.to_string()).collect::<Vec<_>>().join(",");
    for (rule, told) in [
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;COUNT=1000", "too long to be worked out"),
        (&format!("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS={days}"), "too long to be worked out"),
        (&format!("FREQ=YEARLY;BYYEARDAY={days};BYSETPOS={days}"), "has an RRULE of more than 1000 bytes"),
    ] {
        let alike = (0..600)
            .map(|number| event(&number.to_string(), &format!("SUMMARY:Off\r\nDTSTART:19000101\r\nRRULE:{rule}\r\n")));
        let begun = Instant::now();
        let refusal = refused(&admin, file(&alike.collect::<Vec<_>>())).await;
        let [(at, what)] = refusal.violations.as_slice() else { panic!("one fault: {refusal:?}") };
        assert!(at.starts_with("line ") && what.contains(told), "{rule}: {at} {what}");
        // Some ten times what it takes in a test's build on an idle machine.
        assert!(begun.elapsed() < Duration::from_secs(20), "{rule}: {:?}", begun.elapsed());
    }
    // A million faults are counted, and the first ones told.
    let faulty = event("a", &format!("SUMMARY:Off\r\nDTSTART:20200101\r\nEXDATE:{}\r\n", ",".repeat(999_999)));
    let dry = ImportCalendarEntriesRequest { dry_run: true, ..request(file(&[faulty])) };
    let dry = admin.calendar().import_calendar_entries(dry).await.answer();
    assert_eq!((dry.fault_count, dry.faults.len()), (1_000_000, 1_000));
    let rest = admin.rest();
    let large = "X-NOTHING:x\r\n".repeat(100_000);
    let request = rest.request(Method::POST, "/api/v1/calendar/entries:import").header("content-type", "text/calendar");
    let reply = rest.send(request.body(large)).await;
    assert_eq!(reply.status, 413);
}
