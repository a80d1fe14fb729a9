//! Which slots cannot be beside each other, and at what cost that is found.

use chrono::{DateTime, Days, NaiveDate, NaiveTime};
use proptest::prelude::*;

use super::{super::running::STEPS, *};
use crate::entity::location_ids::LocationIds;

/// A slot of one teacher, location and division, by their numbers.
fn slot(number: u128, parts: [u128; 3], day: i32, times: (u32, u32), days: (u64, Option<u64>)) -> Model {
    let at = |minute: u32| NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).expect("a time of day");
    let on = |day| NaiveDate::default() + Days::new(day);
    Model {
        college_id: Uuid::nil(),
        id: Uuid::from_u128(number),
        teacher_id: Uuid::from_u128(parts[0]),
        location_id: Uuid::from_u128(parts[1]),
        division_id: Uuid::from_u128(parts[2]),
        subject: format!("Subject {number}"),
        day_of_week: day,
        start_time: at(times.0),
        end_time: at(times.1),
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        valid_from: on(days.0),
        valid_to: days.1.map(on),
        also_location_ids: LocationIds::default(),
    }
}

#[test]
fn what_shares_somebody_a_weekday_a_time_and_days_is_taken() {
    let held = [slot(1, [1, 2, 3], 1, (540, 600), (10, Some(20)))];
    let table = [
        // Who and where: the teacher, the location, the division, all of them, none.
        (slot(2, [1, 8, 9], 1, (540, 600), (10, None)), Some("teacher")),
        (slot(2, [7, 2, 9], 1, (540, 600), (10, None)), Some("location")),
        (slot(2, [7, 8, 3], 1, (540, 600), (10, None)), Some("division")),
        (slot(2, [1, 2, 9], 1, (540, 600), (10, None)), Some("teacher,location")),
        (slot(2, [1, 2, 3], 1, (540, 600), (10, None)), Some("teacher,location,division")),
        (slot(2, [7, 8, 9], 1, (540, 600), (10, None)), None),
        // A location's number is no teacher's.
        (slot(2, [2, 3, 1], 1, (540, 600), (10, None)), None),
        (slot(2, [1, 2, 3], 2, (540, 600), (10, None)), None),
        // Times that touch do not overlap.
        (slot(2, [1, 2, 3], 1, (480, 540), (10, None)), None),
        (slot(2, [1, 2, 3], 1, (600, 660), (10, None)), None),
        (slot(2, [1, 2, 9], 1, (480, 541), (10, None)), Some("teacher,location")),
        (slot(2, [1, 2, 9], 1, (599, 660), (10, None)), Some("teacher,location")),
        // Both ends of the days count.
        (slot(2, [1, 2, 3], 1, (540, 600), (0, Some(9))), None),
        (slot(2, [1, 2, 9], 1, (540, 600), (0, Some(10))), Some("teacher,location")),
        (slot(2, [1, 2, 9], 1, (540, 600), (20, Some(20))), Some("teacher,location")),
        (slot(2, [1, 2, 3], 1, (540, 600), (21, None)), None),
    ];
    for (wanted, shared) in table {
        let found = conflicts(&held, std::slice::from_ref(&wanted));
        assert_eq!(found.first().map(|conflict| conflict.other.id), shared.map(|_| held[0].id), "{wanted:?}");
        let Some(shared) = shared else { continue };
        let problem = taken(&wanted, found[0].other);
        assert_eq!((problem.reason, &*problem.metadata["shared"]), (ErrorReason::SlotTaken, shared), "{wanted:?}");
        assert_eq!(problem.metadata["timetable_id"], held[0].id.to_string());
        assert!(problem.message.starts_with("On Mondays from 09:00 to 10:00 the "), "{}", problem.message);
    }
}

#[test]
fn wanted_slots_are_in_each_others_way_and_held_ones_are_not_told_of() {
    let held = [slot(1, [1, 1, 1], 1, (60, 120), (0, None)), slot(2, [1, 1, 1], 1, (60, 120), (0, None))];
    let wanted = [
        slot(3, [5, 5, 5], 1, (60, 120), (0, None)),
        slot(4, [6, 6, 6], 1, (60, 120), (0, None)),
        slot(5, [5, 7, 7], 1, (90, 150), (0, None)),
    ];
    let found = conflicts(&held, &wanted);
    let found: Vec<_> = found.iter().map(|conflict| (conflict.wanted, conflict.other.id.as_u128())).collect();
    assert_eq!(found, [(0, 5), (2, 3)]);
}

#[test]
fn a_whole_timetable_is_looked_at_together() {
    // 5,000 slots: 125 teachers with a room and a division each, 8 hours a day on 5 days.
    let hours = |offset: u128, from: u32| -> Vec<Model> {
        (0..5_000u128)
            .map(|number| {
                let (who, hour, day) = (1 + number / 40, number % 8, number / 8 % 5);
                let start = from + 60 * u32::try_from(hour).expect("an hour");
                let day = 1 + i32::try_from(day).expect("a day");
                slot(offset + number, [who; 3], day, (start, start + 30), (0, None))
            })
            .collect()
    };
    let clashes = |held: &[Model], wanted: &[Model]| conflicts(held, wanted).len();
    assert_eq!(clashes(&hours(0, 480), &hours(10_000, 510)), 0, "the half hours between them");
    assert_eq!(clashes(&hours(0, 480), &hours(10_000, 495)), 5_000);
}

#[test]
fn slots_of_one_hour_in_other_weeks_cost_no_more_than_others() {
    const SLOTS: u64 = 50_000;
    let number = |week: u64| u128::from(week);
    let week = |week| slot(number(week), [1; 3], 1, (540, 600), (7 * week, Some(7 * week + 6)));
    let mut slots: Vec<_> = (0..SLOTS).map(week).collect();
    // All of them at all times, too: whoever is in the way of everybody is not found again for each.
    let worst: Vec<_> = (0..SLOTS).map(|week| slot(number(week), [1; 3], 1, (540, 600), (0, None))).collect();
    let steps = |held: &[Model], wanted: &[Model]| {
        let before = STEPS.get();
        let found = conflicts(held, wanted).len();
        (found, STEPS.get() - before)
    };
    // For each of three parts: to come, to go, to be asked for, in two trees that are 16 high.
    let bound = 3 * 6 * 16 * slots.len();
    let (found, taken) = steps(&[], &slots);
    assert!(found == 0 && taken <= bound, "{found} conflicts, {taken} steps of {bound}");
    let (found, taken) = steps(&worst, &slots);
    assert!(found == slots.len() && taken <= 2 * bound, "{found} conflicts, {taken} steps");
    let (found, taken) = steps(&[], &worst);
    assert!(found == slots.len() && taken <= bound, "{found} conflicts, {taken} steps of {bound}");
    slots.push(slot(number(SLOTS), [1; 3], 1, (599, 660), (7 * SLOTS - 1, None)));
    let (found, taken) = steps(&[], &slots);
    assert!(found == 2 && taken <= bound + 1_000, "{found} conflicts, {taken} steps of {bound}");
}

/// Whether there are days on which both are valid.
fn share_days(one: &Model, other: &Model) -> bool {
    one.valid_to.is_none_or(|last| last >= other.valid_from) && other.valid_to.is_none_or(|last| last >= one.valid_from)
}

fn any_slots() -> impl Strategy<Value = Vec<Model>> {
    let one = ((0..3u128, 0..3u128, 0..3u128), 1..3i32, (0..20u32, 1..6u32), (0..20u64, prop::option::of(0..9u64)));
    prop::collection::vec(one, 0..14).prop_map(|rows| {
        let slots = rows.into_iter().enumerate();
        slots
            .map(|(number, (parts, day, (start, length), (from, lasts)))| {
                let parts: [u128; 3] = parts.into();
                slot(number as u128, parts, day, (start, start + length), (from, lasts.map(|days| from + days)))
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_sweep_finds_what_comparing_all_with_all_finds(slots in any_slots(), held in 0..14usize) {
        let (held, wanted) = slots.split_at(held.min(slots.len()));
        let clash = |one: &Model, other: &Model| {
            one.id != other.id
                && Part::ALL.iter().any(|part| part.of(one) == part.of(other))
                && one.day_of_week == other.day_of_week
                && one.start_time < other.end_time
                && other.start_time < one.end_time
                && share_days(one, other)
        };
        let expected: Vec<_> = (0..wanted.len())
            .filter(|index| slots.iter().any(|other| clash(&wanted[*index], other)))
            .collect();
        let found = conflicts(held, wanted);
        prop_assert!(found.iter().all(|conflict| clash(&wanted[conflict.wanted], conflict.other)));
        prop_assert_eq!(found.iter().map(|conflict| conflict.wanted).collect::<Vec<_>>(), expected);
    }
}
