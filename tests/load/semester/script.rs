//! What happens to a session, thrown with its dice: before and while it is held, and in the days after it.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use rand::{RngExt as _, rngs::StdRng};
use rollcall_proto::v1::{attendance_record::Status, session::State};

use super::{berlin, lesson::Lesson, lesson::owes, school::School};

/// Something that somebody does.
#[derive(Clone, Debug)]
pub enum Act {
    Ask(usize),
    Decide(usize),
    HandOver,
    Start,
    CheckIn(Vec<usize>),
    Roll(Vec<(usize, Status)>),
    Cancel,
    End,
    /// The server has to have done by now what nobody did.
    Settle,
    Correct(usize, Status),
    MakeUp,
    Rate(usize, [i32; 4]),
}

/// An act in one of a family's sessions.
pub struct Due {
    pub at: DateTime<Utc>,
    pub lesson: usize,
    pub act: Act,
}

/// What is said by hand; PENDING comes with excuses.
const BY_HAND: [Status; 4] = [Status::Present, Status::Late, Status::Absent, Status::Excused];

pub fn chance(dice: &mut StdRng, percent: u32) -> bool {
    dice.random_range(0..100) < percent
}

/// Before school begins.
fn morning(day: NaiveDate) -> DateTime<Utc> {
    berlin::at(day, 6, 45)
}

/// After it, some days later.
pub fn evening(dice: &mut StdRng, day: NaiveDate, days: std::ops::RangeInclusive<u64>) -> DateTime<Utc> {
    berlin::at(day + Days::new(dice.random_range(days)), 19, 15)
}

/// The day of a session itself.
pub fn day(lesson: &Lesson, number: usize, school: &School, dice: &mut StdRng) -> Vec<Due> {
    let today = berlin::day_of(lesson.start);
    let mut script = Vec::new();
    let mut put = |at, act| script.push(Due { at, lesson: number, act });
    let fate = dice.random_range(0..100);
    if fate < 4 {
        put(morning(today), Act::Cancel);
        return script;
    }
    let (mut coming, mut late) = (Vec::new(), Vec::new());
    for &student in &lesson.expected {
        let comes = chance(dice, school.diligence[student]);
        // Some ask, and come all the same.
        if chance(dice, if comes { 1 } else { 15 }) {
            put(morning(today), Act::Ask(student));
        }
        if comes {
            if chance(dice, 12) { late.push(student) } else { coming.push(student) }
        }
    }
    let settled = berlin::at(today, 21, 0);
    if fate < 8 {
        put(settled, Act::Settle);
        return script;
    }
    if chance(dice, 5) {
        put(morning(today), Act::HandOver);
    }
    let early = [-10, 0, 0, 0, 0, 0, 15][dice.random_range(0..7)];
    let start = lesson.start + TimeDelta::minutes(early);
    let later = start.max(lesson.start) + TimeDelta::minutes(15);
    put(start, Act::Start);
    let mut roll: Vec<(usize, Status)> = Vec::new();
    // One teacher in four calls the roll; with the others some phones fail.
    let failing = if chance(dice, 25) { 100 } else { 5 };
    let mut failed = |students: &mut Vec<usize>, status, dice: &mut StdRng| {
        students.retain(|student| {
            let fails = chance(dice, failing);
            if fails {
                roll.push((*student, status));
            }
            !fails
        });
    };
    failed(&mut coming, Status::Present, dice);
    failed(&mut late, Status::Late, dice);
    if failing == 100 {
        let absent = lesson.expected.iter().filter(|&student| !roll.iter().any(|(other, _)| other == student));
        let absent: Vec<usize> = absent.copied().collect();
        roll.extend(absent.into_iter().filter(|_| chance(dice, 70)).map(|student| (student, Status::Absent)));
    } else if let Some(&gone) = coming.first().filter(|_| chance(dice, 10)) {
        // Shown the code, and left.
        roll.push((gone, Status::Absent));
    }
    for (at, students) in [(start, coming), (later, late)] {
        if !students.is_empty() {
            put(at, Act::CheckIn(students));
        }
    }
    if !roll.is_empty() {
        put(later, Act::Roll(roll));
    }
    match dice.random_range(0..100) {
        ..3 => put(later + TimeDelta::minutes(15), Act::Cancel),
        3..13 => put(settled, Act::Settle),
        13.. => put(lesson.end, Act::End),
    }
    script
}

/// What comes after a session that is over.
pub fn after(lesson: &Lesson, number: usize, dice: &mut StdRng) -> Vec<Due> {
    let today = berlin::day_of(lesson.start);
    let mut script = Vec::new();
    let mut put = |at, act| script.push(Due { at, lesson: number, act });
    let is_rated = chance(dice, 30);
    if lesson.state == State::Completed {
        for (&student, &status) in &lesson.records {
            if status == Status::Absent && chance(dice, 25) {
                put(evening(dice, today, 1..=9), Act::Ask(student));
            }
            if chance(dice, 2) {
                let status = BY_HAND[dice.random_range(0..BY_HAND.len())];
                put(evening(dice, today, 1..=25), Act::Correct(student, status));
            }
            if is_rated && !owes(status) && chance(dice, 60) {
                let ratings = std::array::from_fn(|_| dice.random_range(1..=5));
                put(evening(dice, today, 1..=3), Act::Rate(student, ratings));
            }
        }
    }
    let percent = if lesson.state == State::Cancelled { 60 } else { 10 };
    if !lesson.is_makeup && chance(dice, percent) {
        put(evening(dice, today, 1..=4), Act::MakeUp);
        // What is still owed then is made up a second time.
        if chance(dice, 30) {
            put(evening(dice, today, 18..=24), Act::MakeUp);
        }
    }
    script
}
