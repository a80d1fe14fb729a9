//! What rules make of evidence, from values alone. It is asked at a check-in, and again by whoever compares rules.

use chrono::{DateTime, Utc};

use crate::entity::{
    evidence::{Evidence, Factor, Flag, Verdict},
    policy_version::{Rules, Uncertain},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weighed {
    /// Every requirement is met. What staff should look at, in order and each once.
    Met(Vec<Flag>),
    /// Each needs one more of its factors.
    MoreNeeded(Vec<Vec<Factor>>),
    /// A requirement is not met, and this factor speaks against it.
    Failed(Factor),
    /// A flag that is not to be accepted.
    Refused(Flag),
}

/// When a session began, as far as it matters to those who come.
#[derive(Clone, Copy, Debug)]
pub struct Beginning {
    pub planned_start: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    /// The session's own grace.
    pub late_grace_seconds: i32,
}

/// How many seconds late somebody comes; none who is in time. A session begins when it was planned to, or when it was started if that was
/// later: nobody is late for waiting at a door.
pub fn late_by_seconds(rules: &Rules, session: Beginning, at: DateTime<Utc>) -> Option<i32> {
    let beginning = session.started_at.map_or(session.planned_start, |started| started.max(session.planned_start));
    let grace_seconds = rules.late_grace_seconds.unwrap_or(session.late_grace_seconds);
    let seconds = (at - beginning).num_seconds();
    (seconds > i64::from(grace_seconds)).then(|| i32::try_from(seconds).unwrap_or(i32::MAX))
}

/// Requirements are looked at in their order. What is missing comes before what failed after it, so that nobody learns where a
/// fence ends without the code that is shown in its middle.
pub fn weigh(rules: &Rules, evidence: &[Evidence]) -> Weighed {
    let verdict = |factor: Factor| {
        evidence.iter().find(|item| item.factor == factor).map_or(Verdict::Missing, |item| item.verdict)
    };
    let mut flags: Vec<Flag> = evidence.iter().flat_map(|item| item.flags.iter().copied()).collect();
    let mut needed = Vec::new();
    for factors in &rules.requirements {
        let first = |wanted| factors.iter().copied().find(|factor| verdict(*factor) == wanted);
        let (passed, uncertain, failed) = (first(Verdict::Passed), first(Verdict::Uncertain), first(Verdict::Failed));
        if (passed.is_some() || uncertain.is_some()) && failed.is_some() {
            flags.push(Flag::Contradiction);
        }
        match (passed, uncertain, failed) {
            (Some(_), ..) => {}
            (None, Some(_), _) => match settle(rules, factors, verdict) {
                Doubt::Settled => {}
                Doubt::Flagged => flags.push(Flag::Uncertain),
                Doubt::Against(factor) if needed.is_empty() => return Weighed::Failed(factor),
                Doubt::Against(_) => {}
                Doubt::Open(wanted) => needed.push(wanted),
            },
            (None, None, Some(factor)) if needed.is_empty() => return Weighed::Failed(factor),
            (None, None, Some(_)) => {}
            (None, None, None) => needed.push(factors.clone()),
        }
    }
    if !needed.is_empty() {
        return Weighed::MoreNeeded(needed);
    }
    flags.sort_unstable();
    flags.dedup();
    match flags.iter().find(|flag| rules.refused_flags.contains(flag)) {
        Some(flag) => Weighed::Refused(*flag),
        None => Weighed::Met(flags),
    }
}

enum Doubt {
    Settled,
    Flagged,
    /// What was to settle it speaks against the student.
    Against(Factor),
    Open(Vec<Factor>),
}

/// What becomes of a doubt about a requirement.
fn settle(rules: &Rules, factors: &[Factor], verdict: impl Fn(Factor) -> Verdict) -> Doubt {
    if rules.uncertain == Uncertain::AcceptAndFlag {
        return Doubt::Flagged;
    }
    if rules.settled_by.iter().any(|factor| verdict(*factor) == Verdict::Passed) {
        return Doubt::Settled;
    }
    // A wrong answer is no answer: whoever gave it may give another.
    if let Some(failed) = rules.settled_by.iter().find(|factor| verdict(**factor) == Verdict::Failed) {
        return Doubt::Against(*failed);
    }
    let mut wanted: Vec<Factor> = factors.iter().chain(&rules.settled_by).copied().collect();
    wanted.retain(|factor| verdict(*factor) == Verdict::Missing);
    wanted.dedup();
    match wanted.is_empty() {
        // Everything was tried. Who may have been there is not sent away; staff look at it.
        true => Doubt::Flagged,
        false => Doubt::Open(wanted),
    }
}

#[cfg(test)]
#[path = "weigh_tests.rs"]
mod tests;
