//! What rules would have decided beside what was decided, from values alone.

use std::{borrow::Cow, collections::BTreeMap};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::weigh::{Beginning, Weighed, late_by_seconds, weigh};
use crate::{
    entity::{
        attendance_record::Status,
        evidence::{Evidence, Factor, Flag, Verdict},
        policy_version::{CodeMode, Rules, STRICT_SECONDS, WAY_SECONDS},
    },
    problem::ErrorReason,
};

const MAX_EXAMPLES: usize = 50;
/// Refused whatever the rules say.
const BEFORE_RULES: [ErrorReason; 2] = [ErrorReason::NotEnrolled, ErrorReason::SessionNotActive];

/// What became of a check-in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Enforced {
    Accepted,
    Flagged,
    /// For this reason.
    Refused(String),
}

/// What would have become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WouldBe {
    Accepted,
    Flagged,
    MoreNeeded,
    Failed(Factor),
    Refused(Flag),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub count: usize,
    /// Some of those where the rules would have made a difference.
    pub examples: Vec<Uuid>,
}

/// Counts, whose size does not grow with what is counted.
pub struct Comparison<'r> {
    rules: &'r Rules,
    /// Below which age, in whole seconds, a code holds where it rotates as the server is set, and where it rotates fast.
    lenient_seconds: f64,
    strict_seconds: f64,
    pub cells: BTreeMap<(Enforced, WouldBe), Cell>,
    /// What no rules decide.
    pub not_weighed: usize,
    /// Of those who were let in and would have been: who is LATE, and who would be.
    pub late: usize,
    pub would_be_late: usize,
}

impl<'r> Comparison<'r> {
    /// `interval_seconds` is how long the server shows a code.
    pub fn new(rules: &'r Rules, interval_seconds: u32) -> Self {
        Self {
            rules,
            lenient_seconds: f64::from(2 * interval_seconds),
            strict_seconds: f64::from(interval_seconds.min(STRICT_SECONDS) + WAY_SECONDS),
            cells: BTreeMap::new(),
            not_weighed: 0,
            late: 0,
            would_be_late: 0,
        }
    }

    /// Counts how late somebody is who was let in, where the rules would have let them in too. Whoever is neither PRESENT nor LATE any more was
    /// corrected, and tells nothing.
    pub fn add_lateness(&mut self, would_be: WouldBe, status: Status, session: Beginning, at: DateTime<Utc>) {
        if matches!(would_be, WouldBe::Accepted | WouldBe::Flagged) && matches!(status, Status::Present | Status::Late)
        {
            self.late += usize::from(status == Status::Late);
            self.would_be_late += usize::from(late_by_seconds(self.rules, session, at).is_some());
        }
    }

    /// Weighs one check-in again, by what it showed. None where no rules decide.
    pub fn add(&mut self, id: Uuid, enforced: Enforced, evidence: &[Evidence]) -> Option<WouldBe> {
        let is_before_rules =
            |reason: &str| BEFORE_RULES.into_iter().any(|before| before.as_str_name() == reason) || evidence.is_empty();
        if matches!(&enforced, Enforced::Refused(reason) if is_before_rules(reason)) {
            self.not_weighed += 1;
            return None;
        }
        let would_be = match weigh(self.rules, &self.read_again(evidence)) {
            Weighed::Met(flags) if flags.is_empty() => WouldBe::Accepted,
            Weighed::Met(_) => WouldBe::Flagged,
            Weighed::MoreNeeded(_) => WouldBe::MoreNeeded,
            Weighed::Failed(factor) => WouldBe::Failed(factor),
            Weighed::Refused(flag) => WouldBe::Refused(flag),
        };
        let is_example = differs(&enforced, would_be);
        let cell = self.cells.entry((enforced, would_be)).or_default();
        cell.count += 1;
        if is_example && cell.examples.len() < MAX_EXAMPLES {
            cell.examples.push(id);
        }
        Some(would_be)
    }

    /// The evidence as it would have been: a true code, which is one with an age, holds for as long as the rules let it. Whether a
    /// challenge would have been answered that nobody was asked, nobody can tell: it counts as if it had been.
    fn read_again<'e>(&self, evidence: &'e [Evidence]) -> Cow<'e, [Evidence]> {
        let Some((place, code, age)) = evidence.iter().enumerate().find_map(|(place, item)| {
            let age = item.figures.get("age_seconds")?;
            (item.factor == Factor::Code).then_some((place, item, *age))
        }) else {
            return Cow::Borrowed(evidence);
        };
        let verdict = match self.rules.code_mode {
            CodeMode::Strict if age < self.strict_seconds => Verdict::Passed,
            CodeMode::Strict => Verdict::Failed,
            CodeMode::Challenge if code.verdict == Verdict::Passed && age >= self.strict_seconds => Verdict::Failed,
            CodeMode::Lenient if age < self.lenient_seconds => Verdict::Passed,
            // What the server took was no older than it let codes be then.
            CodeMode::Challenge | CodeMode::Lenient => code.verdict,
        };
        if verdict == code.verdict {
            return Cow::Borrowed(evidence);
        }
        let mut evidence = evidence.to_vec();
        evidence[place].verdict = verdict;
        Cow::Owned(evidence)
    }
}

/// Whether the rules would have made a difference. Another reason for a refusal is none.
pub const fn differs(enforced: &Enforced, would_be: WouldBe) -> bool {
    !matches!(
        (enforced, would_be),
        (Enforced::Accepted, WouldBe::Accepted)
            | (Enforced::Flagged, WouldBe::Flagged)
            | (Enforced::Refused(_), WouldBe::MoreNeeded | WouldBe::Failed(_) | WouldBe::Refused(_))
    )
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
