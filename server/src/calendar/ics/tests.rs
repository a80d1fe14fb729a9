use std::sync::LazyLock;

use super::*;

static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract::read(rollcall_proto::DESCRIPTORS).expect("the contract has no gaps"));

fn read(bytes: &[u8]) -> File {
    super::read(bytes, &horizon(), &CONTRACT).expect("rules to hold it against")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("it is a day")
}

fn horizon() -> RangeInclusive<NaiveDate> {
    day("2025-01-01")..=day("2031-12-31")
}

/// A calendar with one event, whose lines are given.
fn one(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n")
}

/// What is read, as `from to name` and the recurrence where there is one.
fn told(text: &str) -> Vec<String> {
    let file = read(text.as_bytes());
    assert!(file.faults.is_empty(), "{:?}\n{text}", file.faults);
    let told = file.occurrences.iter().map(|one| {
        let told = format!("{} {} {} {}", one.from, one.to, one.name, one.recurrence_id);
        told.trim().to_owned()
    });
    told.collect()
}

fn faults(text: &str) -> Vec<(usize, String)> {
    read(text.as_bytes()).faults.list().into_iter().map(|(Place(line), what)| (line, what)).collect()
}

#[test]
fn days_end_before_their_end() {
    let table: [(&[&str], &str); 8] = [
        (&["DTSTART;VALUE=DATE:20260101"], "2026-01-01 2026-01-01"),
        (&["DTSTART:20260101"], "2026-01-01 2026-01-01"),
        (&["DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20260102"], "2026-01-01 2026-01-01"),
        (&["DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20260101"], "2026-01-01 2026-01-01"),
        (&["DTSTART;VALUE=DATE:20261221", "DTEND;VALUE=DATE:20270104"], "2026-12-21 2027-01-03"),
        (&["DTSTART;VALUE=DATE:20260227", "DURATION:P3D"], "2026-02-27 2026-03-01"),
        (&["DTSTART;VALUE=DATE:20260227", "DURATION:P1W"], "2026-02-27 2026-03-05"),
        (&["dtstart;value=date:20260101", "dtend;value=date:20260103"], "2026-01-01 2026-01-02"),
    ];
    for (lines, expected) in table {
        let lines = [&["UID:a", "SUMMARY:Off"], lines].concat();
        assert_eq!(told(&one(&lines)), [format!("{expected} Off")], "{lines:?}");
    }
}

#[test]
fn names_are_unescaped_and_unfolded() {
    let lines = [
        "UID:a",
        "DTSTART;VALUE=DATE:20260101",
        "SUMMARY;LANGUAGE=fr:Fête\\, saison\\; no",
        " 1\\n\\\\ end",
        "DESCRIPTION:anything: at; all",
        "X-SOMETHING;X-P=\"a:b\":c",
    ];
    assert_eq!(told(&one(&lines)), ["2026-01-01 2026-01-01 Fête, saison; no1 \\ end"]);
}

#[test]
fn rules_are_followed_within_the_horizon() {
    let years =
        |days: &[&str]| days.iter().map(|day| format!("{day} {day} Off {}", day.replace('-', ""))).collect::<Vec<_>>();
    let table: [(&[&str], Vec<String>); 6] = [
        (
            &["DTSTART;VALUE=DATE:19471201", "RRULE:FREQ=YEARLY"],
            years(&["2025-12-01", "2026-12-01", "2027-12-01", "2028-12-01", "2029-12-01", "2030-12-01", "2031-12-01"]),
        ),
        (
            &["DTSTART;VALUE=DATE:20251225", "RRULE:FREQ=YEARLY;UNTIL=20271225"],
            years(&["2025-12-25", "2026-12-25", "2027-12-25"]),
        ),
        (
            &["DTSTART;VALUE=DATE:20251225", "RRULE:FREQ=YEARLY;UNTIL=20261225T090000Z"],
            years(&["2025-12-25", "2026-12-25"]),
        ),
        // The fourth Thursday of November.
        (
            &["DTSTART;VALUE=DATE:20251127", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=3"],
            years(&["2025-11-27", "2026-11-26", "2027-11-25"]),
        ),
        (
            &[
                "DTSTART;VALUE=DATE:20260102",
                "RRULE:FREQ=WEEKLY;COUNT=4",
                "EXDATE;VALUE=DATE:20260109,20260116",
                "RDATE;VALUE=DATE:20260110",
            ],
            years(&["2026-01-02", "2026-01-10", "2026-01-23"]),
        ),
        (&["DTSTART;VALUE=DATE:20260101", "RDATE;VALUE=DATE:20260301"], years(&["2026-01-01", "2026-03-01"])),
    ];
    for (lines, expected) in table {
        let lines = [&["UID:a", "SUMMARY:Off"], lines].concat();
        assert_eq!(told(&one(&lines)), expected, "{lines:?}");
    }
}

#[test]
fn one_recurrence_may_be_another_day_or_none() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nSUMMARY:Fair\nDTSTART;VALUE=DATE:20260601\nRRULE:FREQ=YEARLY;COUNT=4\n\
                END:VEVENT\nBEGIN:VEVENT\nUID:a\nRECURRENCE-ID;VALUE=DATE:20270601\nSUMMARY:Great fair\n\
                DTSTART;VALUE=DATE:20270602\nDTEND;VALUE=DATE:20270604\nEND:VEVENT\nBEGIN:VEVENT\nUID:a\n\
                RECURRENCE-ID;VALUE=DATE:20280601\nSUMMARY:Fair\nDTSTART;VALUE=DATE:20280601\nSTATUS:CANCELLED\nEND:VEVENT\n\
                END:VCALENDAR\n";
    let expected = [
        "2026-06-01 2026-06-01 Fair 20260601",
        "2029-06-01 2029-06-01 Fair 20290601",
        "2027-06-02 2027-06-03 Great fair 20270601",
    ];
    assert_eq!(told(text), expected);
}

#[test]
fn what_is_left_out_is_told() {
    let table: [(&[&str], Reason); 3] = [
        (&["DTSTART;VALUE=DATE:20260101", "STATUS:CANCELLED"], Reason::Cancelled),
        (&["DTSTART;TZID=Europe/Berlin:20260101T090000"], Reason::NotAllDay),
        (&["DTSTART;VALUE=DATE:20010101", "RRULE:FREQ=YEARLY;COUNT=3"], Reason::OutOfRange),
    ];
    for (lines, reason) in table {
        let lines = [&["UID:a", "SUMMARY:Off"], lines].concat();
        let file = read(one(&lines).as_bytes());
        let skipped = Skipped { line: 3, uid: "a".to_owned(), name: "Off".to_owned(), reason };
        assert_eq!((file.occurrences, file.skipped, file.faults.total()), (vec![], vec![skipped], 0), "{lines:?}");
    }
}

#[test]
fn each_fault_is_named_with_its_line() {
    let good = ["UID:a", "SUMMARY:Off", "DTSTART;VALUE=DATE:20260101"];
    let (name, uid) = (format!("SUMMARY:{}", "n".repeat(201)), format!("UID:{}", "u".repeat(501)));
    let long = format!("RRULE:FREQ=YEARLY;BYYEARDAY={}1", "1,".repeat(500));
    let table: [(&[&str], &[(usize, &str)]); 19] = [
        (&["SUMMARY:Off", "DTSTART:20260101"], &[(3, "UID")]),
        (&["UID:a", "DTSTART:20260101"], &[(3, "SUMMARY")]),
        (&["UID:a", "SUMMARY:", "DTSTART:20260230"], &[(5, "SUMMARY"), (6, "DTSTART")]),
        (&["UID:a", "SUMMARY:Off"], &[(3, "DTSTART")]),
        (&[good[0], good[1], good[2], "DTEND;VALUE=DATE:20251231"], &[(7, "before it begins")]),
        (&[good[0], good[1], good[2], "DTEND;VALUE=DATE:20260102", "DURATION:P1D"], &[(8, "DURATION")]),
        (&[good[0], good[1], good[2], "DURATION:PT3H"], &[(7, "DURATION")]),
        (&[good[0], good[1], good[2], "RRULE:FREQ=SOMETIMES"], &[(7, "RRULE")]),
        (&[good[0], good[1], good[2], "RRULE:FREQ=HOURLY"], &[(7, "hours")]),
        (&[good[0], good[1], good[2], "RRULE:FREQ=YEARLY;UNTIL=20251231"], &[(7, "RRULE")]),
        (&[good[0], good[1], good[2], "EXDATE:20260101T090000"], &[(7, "EXDATE")]),
        (&[good[0], good[1], good[2], "UID:b"], &[(7, "second UID")]),
        // As the contract has it of names and of where entries come from.
        (&[good[0], &name, good[2]], &[(5, "has a SUMMARY that must have at most 200 characters")]),
        (&[&uid, good[1], good[2]], &[(4, "has a UID that must have at most 500 characters")]),
        (&[good[0], "SUMMARY:O\u{202e}ff", good[2]], &[(5, "must not contain invisible characters")]),
        (&[good[0], good[1], good[2], "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"], &[(7, "for days that no year has")]),
        (&[good[0], good[1], good[2], "RRULE:FREQ=DAILY;INTERVAL=0"], &[(7, "INTERVAL must be at least 1")]),
        (&[good[0], good[1], good[2], "RRULE:FREQ=WEEKLY;BYDAY=M\u{20ac}"], &[(7, "RRULE")]),
        (&[good[0], good[1], good[2], &long], &[(7, "more than 1000 bytes: list the days as RDATE")]),
    ];
    for (lines, expected) in table {
        let found = faults(&one(lines));
        let alike = found.len() == expected.len()
            && found.iter().zip(expected).all(|((line, what), (on, has))| line == on && what.contains(has));
        assert!(alike, "{lines:?}: {found:?} is not {expected:?}");
    }
}

#[test]
fn what_is_no_calendar_is_refused() {
    let table: [(&str, usize); 8] = [
        ("", 1),
        ("name,date\n", 1),
        ("{\"a\": 1}", 1),
        ("SUMMARY:Off\n", 1),
        ("BEGIN:VEVENT\nEND:VEVENT\n", 1),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\n", 2),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", 3),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR\n", 3),
    ];
    for (text, line) in table {
        let found = faults(text);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [line], "{text:?}: {found:?}");
    }
    let twice = one(&["UID:a", "SUMMARY:Off", "DTSTART:20260101"]).repeat(2);
    assert_eq!(faults(&twice), [(11, "has the UID of the event on line 3".to_owned())]);
}

#[test]
fn a_file_makes_so_many_entries_and_no_more() {
    let event = |number: usize, lines: &str| {
        format!("BEGIN:VEVENT\nUID:{number}\nSUMMARY:Off\nDTSTART:20260101\n{lines}END:VEVENT\n")
    };
    let calendar = |events: String| format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n");
    assert_eq!(told(&calendar((0..1_000).map(|number| event(number, "")).collect())).len(), 1_000);
    let many = faults(&calendar((0..1_001).map(|number| event(number, "")).collect()));
    assert!(many[0].1.contains("more than 1000 events"), "{many:?}");
    let daily = "RRULE:FREQ=DAILY;COUNT=1000\n";
    assert_eq!(told(&calendar((0..2).map(|number| event(number, daily)).collect())).len(), 2_000);
    let many = faults(&calendar((0..3).map(|number| event(number, daily)).collect()));
    assert!(many[0].1.contains("more than 2000 entries"), "{many:?}");
}

#[test]
fn of_many_faults_the_first_are_kept() {
    let exceptions = format!("EXDATE:{}", ",".repeat(9_999));
    let file = read(one(&["UID:a", "SUMMARY:Off", "DTSTART:20260101", &exceptions]).as_bytes());
    assert_eq!(file.faults.total(), 10_000);
    assert_eq!(file.faults.list().len(), 1_000);
}

/// Events with the same rule, each since a day.
fn alike(count: usize, start: &str, rule: &str) -> String {
    let event =
        |number: usize| format!("BEGIN:VEVENT\nUID:{number}\nSUMMARY:Off\nDTSTART:{start}\nRRULE:{rule}\nEND:VEVENT\n");
    format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", (0..count).map(event).collect::<String>())
}

#[test]
fn a_calendar_that_somebody_keeps_is_worked_out() {
    let year_days: Vec<_> = (1..=100).map(|day| format!("{},-{day}", day * 2)).collect();
    let year_days = year_days.join(",");
    for (count, start, rule) in [
        // Without a COUNT it does not matter how long ago it began.
        (1_000, "19040229", "FREQ=YEARLY;INTERVAL=400"),
        (1_000, "19000101", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO"),
        (1_000, "19000101", "FREQ=WEEKLY;UNTIL=20241231"),
        (1_000, "19000101", &format!("FREQ=YEARLY;BYYEARDAY={year_days};BYSETPOS=300")),
        // And few have one since then.
        (1_000, "19000101", "FREQ=YEARLY;COUNT=120"),
        (100, "19000101", "FREQ=DAILY;COUNT=45000"),
    ] {
        assert_eq!(faults(&alike(count, start, rule)), [], "{rule}");
    }
}

#[test]
fn what_is_too_much_to_work_out_is_the_same_everywhere() {
    let positions: Vec<_> = (2..=201).map(|position: u8| position.to_string()).collect();
    let positions = positions.join(",");
    for (start, rule, expected) in [
        // 48,212 days each, whatever the machine needs for them: 124 of them.
        ("19000101", "FREQ=DAILY;COUNT=1000000;BYMONTH=1;BYMONTHDAY=31;BYDAY=MO", 125),
        // A position costs as much as a day: 200 of them and the day itself, 2,556 times.
        ("19000101", &format!("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS={positions}"), 12),
    ] {
        let found = faults(&alike(1_000, start, rule));
        let [(line, what)] = found.as_slice() else { panic!("one fault: {found:?}") };
        assert_eq!(
            (*line, what.contains("too long to be worked out: split the file")),
            (6 * expected, true),
            "{rule}: {what}"
        );
    }
}

#[test]
fn exceptions_cost_little_however_many_they_are() {
    let days: Vec<_> =
        (0..2_000).map(|number| (day("2025-01-01") + Days::new(number)).format("%Y%m%d").to_string()).collect();
    let days = days.join(",");
    let lists = format!("RDATE:{days}\nEXDATE:{}{days}", "20240101,".repeat(90_000));
    let file = read(one(&["UID:a", "SUMMARY:Off", "DTSTART:20260101", "RRULE:FREQ=DAILY", &lists]).as_bytes());
    assert_eq!((file.occurrences.len(), file.faults.total()), (556, 0));
}
