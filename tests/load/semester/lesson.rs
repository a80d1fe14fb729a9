//! A session as a notebook would keep it: what was acknowledged, and what follows from that.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rollcall_proto::v1::{
    attendance_record::Status,
    session::{EndReason, State},
};

/// Absent in one way or another.
pub const fn owes(status: Status) -> bool {
    matches!(status, Status::Absent | Status::Excused | Status::Pending)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Excuse {
    Open { id: String, decide_by: DateTime<Utc> },
    Approved,
    Refused,
    Expired,
}

pub struct Lesson {
    pub id: String,
    pub slot: usize,
    pub teacher: usize,
    /// Where it is held.
    pub room: String,
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    /// Who is to come.
    pub expected: BTreeSet<usize>,
    pub is_makeup: bool,
    /// Whether it is for those who owe and not for the division.
    pub is_for_some: bool,
    pub state: State,
    pub end_reason: EndReason,
    pub cancel_reason: String,
    pub begun: Option<DateTime<Utc>>,
    pub ended: Option<DateTime<Utc>>,
    pub records: BTreeMap<usize, Status>,
    pub excuses: BTreeMap<usize, Excuse>,
    /// Ratings of the four questions.
    pub answers: BTreeMap<usize, [i32; 4]>,
    /// What was acknowledged, of whom.
    pub journal: Vec<(usize, String)>,
}

impl Lesson {
    /// One that was planned or booked.
    pub fn planned(id: String, slot: usize, teacher: usize, room: String, span: [DateTime<Utc>; 2]) -> Self {
        Self {
            id,
            slot,
            teacher,
            room,
            start: span[0],
            end: span[1],
            expected: BTreeSet::new(),
            is_makeup: false,
            is_for_some: false,
            state: State::Scheduled,
            end_reason: EndReason::Unspecified,
            cancel_reason: String::new(),
            begun: None,
            ended: None,
            records: BTreeMap::new(),
            excuses: BTreeMap::new(),
            answers: BTreeMap::new(),
            journal: Vec::new(),
        }
    }

    pub fn write(&mut self, student: usize, what: impl Into<String>) {
        self.journal.push((student, what.into()));
    }

    /// What a student's record says from now on, and why.
    pub fn set(&mut self, student: usize, status: Status, why: &str) {
        self.records.insert(student, status);
        self.write(student, format!("{} {why}", status.as_str_name()));
    }

    /// What an absence is while an excuse stands.
    pub fn absence(&self, student: usize) -> Status {
        match self.excuses.get(&student) {
            Some(Excuse::Open { .. }) => Status::Pending,
            Some(Excuse::Approved) => Status::Excused,
            Some(Excuse::Refused | Excuse::Expired) | None => Status::Absent,
        }
    }

    /// Whether somebody may ask to be excused; nobody asks twice.
    pub fn may_ask(&self, student: usize) -> bool {
        let is_absent = match self.records.get(&student) {
            Some(status) => matches!(status, Status::Absent | Status::Pending),
            None => self.state != State::Completed && self.expected.contains(&student),
        };
        is_absent && self.state != State::Cancelled && !self.excuses.contains_key(&student)
    }

    pub fn asked(&mut self, student: usize, id: String, decide_by: DateTime<Utc>) {
        self.excuses.insert(student, Excuse::Open { id, decide_by });
        self.write(student, "asks to be excused");
        if self.records.contains_key(&student) {
            self.set(student, Status::Pending, "by the excuse");
        }
    }

    pub fn decided(&mut self, student: usize, excuse: Excuse) {
        let is_approved = excuse == Excuse::Approved;
        let told = format!("by the excuse, which is {excuse:?}");
        self.excuses.insert(student, excuse);
        match (is_approved, self.records.get(&student)) {
            (true, Some(Status::Absent | Status::Pending)) => self.set(student, Status::Excused, &told),
            (false, Some(Status::Pending)) => self.set(student, Status::Absent, &told),
            _ => self.write(student, format!("nothing changes {told}")),
        }
    }

    /// Excuses that nobody has decided by now.
    pub fn expire(&mut self, now: DateTime<Utc>) {
        let is_late = |excuse: &Excuse| matches!(excuse, Excuse::Open { decide_by, .. } if *decide_by <= now);
        let late: Vec<usize> = self.excuses.iter().filter(|(_, excuse)| is_late(excuse)).map(|(who, _)| *who).collect();
        for student in late {
            self.decided(student, Excuse::Expired);
        }
    }

    pub fn completed(&mut self, end_reason: EndReason, ended: DateTime<Utc>) {
        (self.state, self.end_reason, self.ended) = (State::Completed, end_reason, Some(ended));
        for student in self.expected.clone() {
            if !self.records.contains_key(&student) {
                self.set(student, self.absence(student), "at the end");
            }
        }
    }

    pub fn cancelled(&mut self, end_reason: EndReason, reason: &str) {
        (self.state, self.end_reason, self.cancel_reason) = (State::Cancelled, end_reason, reason.to_owned());
    }
}

/// A session of the timetable and what makes up for it, in the order of booking. Dice of its own, so that what it does not
/// depend on what others do meanwhile.
pub struct Family {
    pub lessons: Vec<Lesson>,
    pub dice: StdRng,
}

impl Family {
    /// Who could be booked for a makeup session of the first one; none where nobody owes it.
    pub fn owing(&self) -> BTreeSet<usize> {
        let (original, makeups) = (&self.lessons[0], &self.lessons[1..]);
        let counts = |makeup: &&Lesson| makeup.state != State::Cancelled;
        match original.state {
            State::Cancelled if !makeups.iter().any(|makeup| counts(&makeup)) => original.expected.clone(),
            State::Completed => {
                let is_provided_for = |student| {
                    let repays = |makeup: &Lesson| match makeup.state {
                        State::Completed => makeup.records.get(&student).is_some_and(|status| !owes(*status)),
                        _ => makeup.expected.contains(&student),
                    };
                    makeups.iter().filter(counts).any(repays)
                };
                let owing = original.records.iter().filter(|(_, status)| owes(**status)).map(|(student, _)| *student);
                owing.filter(|student| !is_provided_for(*student)).collect()
            }
            _ => BTreeSet::new(),
        }
    }
}
