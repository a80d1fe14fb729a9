//! A session and what makes up for it, as a page of a notebook would keep them.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_proto::v1::{attendance_record::Status, session::State};

pub const STUDENTS: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Original,
    Makeup,
}

/// One call.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Start(Which),
    CheckIn(Which, usize),
    Mark(Which, usize, Status),
    Correct(Which, usize, Status),
    Ask(Which, usize),
    /// On the last excuse of a student.
    Decide(Which, usize, bool),
    End(Which),
    Cancel(Which),
    /// For everybody who owes the original.
    BookMakeup,
}

/// What a call gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Refused(&'static str),
    /// There is nothing that the call could be about.
    Skipped,
}
use Outcome::{Done, Refused, Skipped};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excuse {
    Open,
    Approved,
    Refused,
}

/// One session.
#[derive(Clone, Debug)]
pub struct Session {
    pub state: State,
    /// Who is to come.
    pub expected: BTreeSet<usize>,
    /// Whether that is some students rather than the division.
    pub is_for_some: bool,
    pub records: BTreeMap<usize, Status>,
    /// The last one of each student.
    pub excuses: BTreeMap<usize, Excuse>,
}

impl Session {
    fn planned(expected: BTreeSet<usize>, is_for_some: bool) -> Self {
        Self { state: State::Scheduled, expected, is_for_some, records: BTreeMap::new(), excuses: BTreeMap::new() }
    }

    fn start(&mut self) -> Outcome {
        if self.state != State::Scheduled {
            return Refused("ILLEGAL_TRANSITION");
        }
        self.state = State::Active;
        Done
    }

    fn check_in(&mut self, student: usize) -> Outcome {
        if !self.expected.contains(&student) {
            return Refused("NOT_ENROLLED");
        }
        if self.state != State::Active {
            return Refused("SESSION_NOT_ACTIVE");
        }
        if self.records.contains_key(&student) {
            return Refused("ALREADY_CHECKED_IN");
        }
        self.records.insert(student, Status::Present);
        Done
    }

    /// What an absence is while an excuse stands.
    fn absence(&self, student: usize) -> Status {
        match self.excuses.get(&student) {
            Some(Excuse::Open) => Status::Pending,
            Some(Excuse::Approved) => Status::Excused,
            Some(Excuse::Refused) | None => Status::Absent,
        }
    }

    fn mark(&mut self, student: usize, status: Status) -> Outcome {
        if !matches!(self.state, State::Active | State::Completed) {
            return Refused("SESSION_NOT_ACTIVE");
        }
        if !self.expected.contains(&student) && !self.records.contains_key(&student) {
            return Refused("INVALID_FIELD");
        }
        let status = if status == Status::Absent { self.absence(student) } else { status };
        self.records.insert(student, status);
        Done
    }

    fn correct(&mut self, student: usize, status: Status) -> Outcome {
        let Some(record) = self.records.get_mut(&student) else { return Skipped };
        if self.state == State::Cancelled {
            return Refused("SESSION_NOT_ACTIVE");
        }
        *record = status;
        Done
    }

    fn ask(&mut self, student: usize) -> Outcome {
        match self.records.get(&student) {
            None if !self.expected.contains(&student) => return Refused("NOT_ENROLLED"),
            Some(Status::Present | Status::Late | Status::Excused) => return Refused("NOTHING_TO_EXCUSE"),
            _ => {}
        }
        if self.state == State::Cancelled {
            return Refused("NOTHING_TO_EXCUSE");
        }
        if matches!(self.excuses.get(&student), Some(Excuse::Open | Excuse::Approved)) {
            return Refused("ALREADY_EXISTS");
        }
        self.excuses.insert(student, Excuse::Open);
        if let Some(record) = self.records.get_mut(&student) {
            *record = Status::Pending;
        }
        Done
    }

    fn decide(&mut self, student: usize, is_approved: bool) -> Outcome {
        let Some(excuse) = self.excuses.get_mut(&student) else { return Skipped };
        if *excuse != Excuse::Open {
            return Refused("ALREADY_DECIDED");
        }
        *excuse = if is_approved { Excuse::Approved } else { Excuse::Refused };
        match (is_approved, self.records.get_mut(&student)) {
            (true, Some(record @ (Status::Absent | Status::Pending))) => *record = Status::Excused,
            (false, Some(record @ Status::Pending)) => *record = Status::Absent,
            _ => {}
        }
        Done
    }

    fn end(&mut self) -> Outcome {
        if self.state != State::Active {
            return Refused("ILLEGAL_TRANSITION");
        }
        self.state = State::Completed;
        for student in self.expected.clone() {
            let absence = self.absence(student);
            self.records.entry(student).or_insert(absence);
        }
        Done
    }

    fn cancel(&mut self) -> Outcome {
        if !matches!(self.state, State::Scheduled | State::Active) {
            return Refused("ILLEGAL_TRANSITION");
        }
        self.state = State::Cancelled;
        Done
    }
}

/// A session, and those that were booked to make up for it, in their order. Steps are taken in the last one.
#[derive(Clone, Debug)]
pub struct Model {
    pub original: Session,
    pub makeups: Vec<Session>,
}

impl Model {
    pub fn new() -> Self {
        Self { original: Session::planned((0..STUDENTS).collect(), false), makeups: Vec::new() }
    }

    pub fn of(&self, which: Which) -> Option<&Session> {
        match which {
            Which::Original => Some(&self.original),
            Which::Makeup => self.makeups.last(),
        }
    }

    pub fn take(&mut self, step: Step) -> Outcome {
        let outcome = match step {
            Step::BookMakeup => return self.book_makeup(),
            Step::Start(which) => self.change(which, Session::start),
            Step::CheckIn(which, student) => self.change(which, |session| session.check_in(student)),
            Step::Mark(which, student, status) => self.change(which, |session| session.mark(student, status)),
            Step::Correct(which, student, status) => self.change(which, |session| session.correct(student, status)),
            Step::Ask(which, student) => self.change(which, |session| session.ask(student)),
            Step::Decide(which, student, yes) => self.change(which, |session| session.decide(student, yes)),
            Step::End(which) => self.change(which, Session::end),
            Step::Cancel(which) => self.change(which, Session::cancel),
        };
        outcome.unwrap_or(Skipped)
    }

    fn change(&mut self, which: Which, change: impl FnOnce(&mut Session) -> Outcome) -> Option<Outcome> {
        match which {
            Which::Original => Some(change(&mut self.original)),
            Which::Makeup => self.makeups.last_mut().map(change),
        }
    }

    /// Who owes the original and has made it up, and in which of its makeup sessions: the first that they attended.
    pub fn repaid(&self) -> BTreeMap<usize, usize> {
        if self.original.state != State::Completed {
            return BTreeMap::new();
        }
        let repays = |makeup: &Session, student| {
            let attended = matches!(makeup.records.get(&student), Some(Status::Present | Status::Late));
            makeup.is_for_some && makeup.state == State::Completed && attended
        };
        let owing = self.original.records.iter().filter(|(_, status)| owes(**status)).map(|(student, _)| *student);
        owing
            .filter_map(|student| {
                let number = self.makeups.iter().position(|makeup| repays(makeup, student))?;
                Some((student, number))
            })
            .collect()
    }

    fn book_makeup(&mut self) -> Outcome {
        const NOTHING: Outcome = Refused("NOTHING_TO_MAKE_UP");
        let not_cancelled = || self.makeups.iter().filter(|makeup| makeup.state != State::Cancelled);
        let makeup = match self.original.state {
            State::Cancelled if not_cancelled().next().is_none() => Session::planned((0..STUDENTS).collect(), false),
            State::Completed => {
                let open: Vec<&Session> = not_cancelled().filter(|makeup| makeup.state != State::Completed).collect();
                let repaid = self.repaid();
                let is_owing = |student: &usize| {
                    self.original.records.get(student).is_some_and(|status| owes(*status))
                        && !repaid.contains_key(student)
                        && !open.iter().any(|makeup| makeup.expected.contains(student))
                };
                let owing: BTreeSet<usize> = (0..STUDENTS).filter(is_owing).collect();
                if owing.is_empty() {
                    return NOTHING;
                }
                // Two that are planned at one time would take the teacher twice.
                if !open.is_empty() {
                    return Refused("MAKEUP_SLOT_TAKEN");
                }
                Session::planned(owing, true)
            }
            _ => return NOTHING,
        };
        self.makeups.push(makeup);
        Done
    }
}

fn owes(status: Status) -> bool {
    matches!(status, Status::Absent | Status::Excused | Status::Pending)
}
