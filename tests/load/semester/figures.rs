//! What a run has done, counted as it goes, and the table of it.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt::Write as _,
    time::Duration,
};

use rollcall_proto::v1::{
    attendance_record::Status,
    session::{EndReason, State},
};

use super::lesson::{Excuse, Family};

#[derive(Default)]
pub struct Figures {
    pub calls: Cell<u64>,
    pub comparisons: Cell<u64>,
    pub days: Cell<u64>,
    done: RefCell<BTreeMap<&'static str, u64>>,
}

impl Figures {
    pub fn count(&self, what: &'static str) {
        *self.done.borrow_mut().entry(what).or_default() += 1;
    }

    pub fn compared(&self, number: usize) {
        self.comparisons.set(self.comparisons.get() + number as u64);
    }

    pub fn table<'f>(&self, families: impl Iterator<Item = &'f Family>, took: Duration) -> String {
        let mut counts: BTreeMap<(u8, String), u64> = BTreeMap::new();
        let mut count = |place, what: String| *counts.entry((place, what)).or_default() += 1;
        for family in families {
            for lesson in &family.lessons {
                count(0, if lesson.is_makeup { "sessions booked to make up" } else { "sessions planned" }.to_owned());
                if lesson.begun.is_some() {
                    count(1, "started".to_owned());
                }
                let reason = lesson.end_reason.as_str_name();
                let (place, end) = if lesson.state == State::Cancelled { (3, "cancelled") } else { (2, "ended") };
                count(place, format!("{end}: {reason}"));
                for status in lesson.records.values() {
                    count(4, format!("records {}", status.as_str_name()));
                }
                for excuse in lesson.excuses.values() {
                    count(5, format!("excuses {}", name(excuse)));
                }
            }
        }
        let mut table = String::new();
        let mut line = |what: &str, number: u64| writeln!(table, "{what:<44}{number:>10}").expect("text");
        for ((_, what), number) in &counts {
            line(what, *number);
        }
        for (what, number) in self.done.borrow().iter() {
            line(what, *number);
        }
        line("calls", self.calls.get());
        line("simulated days", self.days.get());
        line("seconds", took.as_secs());
        line("figures compared", self.comparisons.get());
        table
    }
}

const fn name(excuse: &Excuse) -> &'static str {
    match excuse {
        Excuse::Open { .. } => "open",
        Excuse::Approved => "approved",
        Excuse::Refused => "refused",
        Excuse::Expired => "not decided in time",
    }
}

/// What the counts of a table are sums of; a run in which one of these did not happen shows less than it says.
pub fn missing<'f>(families: impl Iterator<Item = &'f Family>) -> Vec<String> {
    let mut seen: BTreeMap<String, bool> = BTreeMap::new();
    for end in [EndReason::Teacher, EndReason::Administrator, EndReason::NotStarted, EndReason::NotEnded] {
        seen.insert(end.as_str_name().to_owned(), false);
    }
    for status in [Status::Present, Status::Late, Status::Absent, Status::Excused] {
        seen.insert(status.as_str_name().to_owned(), false);
    }
    for lesson in families.flat_map(|family| &family.lessons) {
        seen.insert(lesson.end_reason.as_str_name().to_owned(), true);
        seen.extend(lesson.records.values().map(|status| (status.as_str_name().to_owned(), true)));
    }
    seen.into_iter().filter(|(_, is_seen)| !is_seen).map(|(what, _)| what).collect()
}
