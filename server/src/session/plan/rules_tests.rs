//! What the planner decides, table by table.

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::*;
use crate::entity::location_ids::LocationIds;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("it is a time")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("it is a day")
}

fn clock(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").expect("it is a time of day")
}

fn college(zone: &str, plan_horizon_days: i32) -> college::Model {
    let text = str::to_owned;
    let fresh = college::Model::fresh(Uuid::from_u128(1), text("riverside"), text("Riverside"), text(zone), at(NOW));
    college::Model { plan_horizon_days, ..fresh }
}

/// Every Monday from 09:00 to 10:00.
fn monday() -> timetable::Model {
    timetable::Model {
        college_id: Uuid::from_u128(1),
        id: Uuid::from_u128(2),
        division_id: Uuid::from_u128(3),
        location_id: Uuid::from_u128(4),
        teacher_id: Uuid::from_u128(5),
        subject: "Botany".to_owned(),
        day_of_week: 1,
        start_time: clock("09:00"),
        end_time: clock("10:00"),
        created_at: at(NOW),
        updated_at: at(NOW),
        valid_from: day("2026-01-01"),
        valid_to: None,
        also_location_ids: LocationIds::default(),
    }
}

/// A Monday.
const NOW: &str = "2026-03-02T06:00:00Z";

fn compare(slot: &timetable::Model, held: Vec<Model>, now: &str) -> Changes {
    plan(&college("UTC", 14), std::slice::from_ref(slot), &BTreeSet::new(), held, at(now))
}

/// The two Mondays of the horizon.
fn two() -> Vec<Model> {
    let made = compare(&monday(), Vec::new(), NOW);
    assert_eq!((made.create.len(), made.change.len(), made.cancel.len()), (2, 0, 0));
    made.create
}

fn starts(sessions: &[Model]) -> Vec<String> {
    sessions.iter().map(|session| session.planned_start.format("%F %R").to_string()).collect()
}

#[test]
fn a_horizon_is_planned_once() {
    let created = two();
    assert_eq!(starts(&created), ["2026-03-02 09:00", "2026-03-09 09:00"]);
    assert!(created.iter().all(|session| session.state == State::Scheduled && session.origin == Origin::Timetable));
    assert!(compare(&monday(), created, NOW).is_empty());
    // What has begun today by the plan is not planned any more; what cannot be seen is not planned yet.
    let table = [
        (0, NOW, 0),
        (1, NOW, 1),
        (7, NOW, 1),
        (8, NOW, 2),
        (14, NOW, 2),
        (15, NOW, 3),
        (90, NOW, 13),
        (7, "2026-03-02T08:59:59Z", 1),
        (7, "2026-03-02T09:00:00Z", 0),
        (8, "2026-03-02T09:00:00Z", 1),
    ];
    for (horizon, now, expected) in table {
        let made = plan(&college("UTC", horizon), &[monday()], &BTreeSet::new(), Vec::new(), at(now));
        assert_eq!(made.create.len(), expected, "{horizon} {now}");
    }
}

#[test]
fn clocks_that_change_change_no_wall_time() {
    let table = [
        ("Europe/Berlin", "2026-03-23T00:00:00Z", ["2026-03-29 00:30", "2026-04-05 00:30"], "02:30"),
        ("Europe/Berlin", "2026-03-23T00:00:00Z", ["2026-03-29 07:00", "2026-04-05 07:00"], "09:00"),
        ("Europe/Berlin", "2026-10-19T00:00:00Z", ["2026-10-25 08:00", "2026-11-01 08:00"], "09:00"),
        ("Europe/Berlin", "2026-10-12T00:00:00Z", ["2026-10-18 07:00", "2026-10-25 08:00"], "09:00"),
        ("America/New_York", "2026-02-25T00:00:00Z", ["2026-03-01 14:00", "2026-03-08 13:00"], "09:00"),
        ("America/New_York", "2026-10-20T00:00:00Z", ["2026-10-25 13:00", "2026-11-01 14:00"], "09:00"),
        ("Asia/Kolkata", "2026-03-23T00:00:00Z", ["2026-03-29 03:30", "2026-04-05 03:30"], "09:00"),
        ("Asia/Kolkata", "2026-10-19T00:00:00Z", ["2026-10-25 03:30", "2026-11-01 03:30"], "09:00"),
    ];
    for (zone, now, mut expected, start) in table {
        // On the day of the change 02:30 is left out: clocks show 03:30 then, which is 01:30.
        if (zone, start) == ("Europe/Berlin", "02:30") {
            expected[0] = "2026-03-29 01:30";
        }
        let sunday = timetable::Model {
            day_of_week: 7,
            start_time: clock(start),
            end_time: clock(start) + TimeDelta::hours(2),
            ..monday()
        };
        let made = plan(&college(zone, 14), &[sunday], &BTreeSet::new(), Vec::new(), at(now));
        assert_eq!(starts(&made.create), expected, "{zone} {start}");
        let zone: Tz = zone.parse().expect("it is a zone");
        for session in &made.create {
            let local = session.planned_start.with_timezone(&zone);
            assert_eq!(Some(local.date_naive()), session.occurrence_date);
        }
    }
}

#[test]
fn a_changed_slot_changes_what_lies_ahead() {
    type Change = fn(timetable::Model) -> timetable::Model;
    let table: [(&str, Change, [&str; 2]); 5] = [
        (
            "other places",
            |slot| timetable::Model { also_location_ids: LocationIds::from_iter([Uuid::from_u128(8)]), ..slot },
            ["2026-03-02 09:00", "2026-03-09 09:00"],
        ),
        (
            "subject",
            |slot| timetable::Model { subject: "Zoology".to_owned(), ..slot },
            ["2026-03-02 09:00", "2026-03-09 09:00"],
        ),
        (
            "teacher",
            |slot| timetable::Model { teacher_id: Uuid::from_u128(9), ..slot },
            ["2026-03-02 09:00", "2026-03-09 09:00"],
        ),
        (
            "hour",
            |slot| timetable::Model { start_time: clock("08:00"), ..slot },
            ["2026-03-02 08:00", "2026-03-09 08:00"],
        ),
        ("weekday", |slot| timetable::Model { day_of_week: 4, ..slot }, ["2026-03-05 09:00", "2026-03-12 09:00"]),
    ];
    for (what, change, expected) in table {
        let held = two();
        let slot = change(monday());
        let changes = compare(&slot, held.clone(), NOW);
        assert_eq!((changes.create.len(), changes.cancel.len()), (0, 0), "{what}");
        assert_eq!(starts(&changes.change), expected, "{what}");
        for (before, after) in held.iter().zip(&changes.change) {
            assert_eq!((before.id, before.event_seq), (after.id, after.event_seq), "{what}: the same session");
            assert_eq!((after.teacher_id, &after.subject), (slot.teacher_id, &slot.subject));
            assert_eq!(after.also_location_ids, slot.also_location_ids, "{what}");
        }
        assert!(compare(&slot, changes.change, NOW).is_empty(), "{what}: once");
    }
}

#[test]
fn what_does_not_follow_its_slot_stays() {
    let slot = timetable::Model { subject: "Zoology".to_owned(), ..monday() };
    type Change = fn(Model) -> Model;
    let table: [(&str, Change, bool); 6] = [
        ("as planned", |session| session, true),
        ("running", |session| Model { state: State::Active, ..session }, false),
        ("over", |session| Model { state: State::Completed, ..session }, false),
        ("cancelled by hand", |session| Model { state: State::Cancelled, ..session }, false),
        ("adjusted", |session| Model { is_adjusted: true, ..session }, false),
        ("begun by the plan", |session| Model { planned_start: at("2026-03-02T05:59:00Z"), ..session }, false),
    ];
    for (what, change, follows) in table {
        let held: Vec<_> = two().into_iter().take(1).map(change).collect();
        let second = compare(&monday(), held.clone(), NOW).create;
        assert_eq!(starts(&second), ["2026-03-09 09:00"], "{what}: its day is taken");
        let changes = compare(&slot, held.iter().cloned().chain(second.clone()).collect(), NOW);
        let changed: Vec<_> = changes.change.iter().map(|session| session.id).collect();
        let expected: Vec<_> = held.iter().filter(|_| follows).chain(&second).map(|session| session.id).collect();
        assert_eq!((changed, changes.create, changes.cancel), (expected, Vec::new(), Vec::new()), "{what}");
        // Without the slot only what follows it goes.
        let ended = timetable::Model { valid_to: Some(day("2026-03-01")), ..monday() };
        let gone = compare(&ended, held.clone(), NOW).cancel;
        let expected: Vec<_> =
            held.iter().filter(|_| follows).map(|session| (session.id, EndReason::SlotChanged)).collect();
        assert_eq!(gone, expected, "{what}");
    }
}

#[test]
fn a_session_moved_by_hand_stands_for_its_week() {
    let mut held = two();
    held[0].is_adjusted = true;
    let changes = compare(&timetable::Model { day_of_week: 4, ..monday() }, held.clone(), NOW);
    assert_eq!((changes.create, changes.cancel), (Vec::new(), Vec::new()));
    assert_eq!(starts(&changes.change), ["2026-03-12 09:00"]);
    // One that was cancelled does not.
    held[0].state = State::Cancelled;
    let changes = compare(&timetable::Model { day_of_week: 4, ..monday() }, held, NOW);
    assert_eq!(starts(&changes.create), ["2026-03-05 09:00"]);
}

#[test]
fn a_day_off_has_no_session_and_may_come_back() {
    let held = two();
    let off = BTreeSet::from([day("2026-03-09")]);
    let changes = plan(&college("UTC", 14), &[monday()], &off, held.clone(), at(NOW));
    assert_eq!(changes, Changes { cancel: vec![(held[1].id, EndReason::DayOff)], ..Changes::default() });
    let made = plan(&college("UTC", 14), &[monday()], &off, Vec::new(), at(NOW));
    assert_eq!(starts(&made.create), ["2026-03-02 09:00"]);
    // The one that was cancelled has let go of its day.
    let back = compare(&monday(), vec![held[0].clone()], NOW);
    assert_eq!(starts(&back.create), ["2026-03-09 09:00"]);
}

#[test]
fn another_zone_moves_what_lies_ahead_and_a_shorter_horizon_keeps_it() {
    let held = two();
    let moved = plan(&college("Europe/Berlin", 14), &[monday()], &BTreeSet::new(), held.clone(), at(NOW));
    assert_eq!(starts(&moved.change), ["2026-03-02 08:00", "2026-03-09 08:00"]);
    assert!(moved.change.iter().all(|session| session.time_zone == "Europe/Berlin"));
    assert_eq!((moved.create.len(), moved.cancel.len()), (0, 0));
    for horizon in [0, 1] {
        let kept = plan(&college("UTC", horizon), &[monday()], &BTreeSet::new(), held.clone(), at(NOW));
        assert!(kept.is_empty(), "{horizon}: {kept:?}");
    }
    // What lies beyond the horizon follows its slot all the same.
    let slot = timetable::Model { start_time: clock("09:30"), ..monday() };
    let changed = plan(&college("UTC", 0), &[slot], &BTreeSet::new(), held.clone(), at(NOW));
    assert_eq!(starts(&changed.change), ["2026-03-02 09:30", "2026-03-09 09:30"]);
    let gone = plan(&college("UTC", 0), &[], &BTreeSet::new(), held.clone(), at(NOW));
    let expected: Vec<_> = held.iter().map(|session| (session.id, EndReason::SlotChanged)).collect();
    assert_eq!(gone.cancel, expected);
}
