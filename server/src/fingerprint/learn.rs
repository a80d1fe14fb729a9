//! What a room learns from a session, from values alone.
//!
//! Who was there agrees with the others who were. So each scan of a session is held against the others, by the median of its
//! likenesses, and what stands apart is left out: a scan that was made up, or made elsewhere, is alike to none of them, as long as
//! those who cheat are fewer than half. Where fewer than five have sent one, the room has to know them already. Of one person a
//! room takes two references at most, of one session half of its references.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    likeness::{ALIKE, Fingerprint, WELL_LEARNT},
    scan::MIN_COMMON,
};
use crate::entity::{
    attendance_record::{Model as Record, Review, Status},
    evidence::{Evidence, Factor, Flag, Verdict},
    signals::Signals,
};

/// A room has at most so many references, of the newest.
pub const MOST_REFERENCES: usize = 20;
/// So many who agree are the room.
const QUORUM: usize = 5;
/// Of one session, so that a room is more than one day.
const MOST_OF_SESSION: usize = 10;
const MOST_OF_STUDENT: usize = 2;
/// Who is less alike to half of the others was not with them: of those who were, 3 of 100, who are left out, and of those who
/// were not, all but 1 of 1,000.
const APART: f64 = 0.3;
/// A fix of satellites, or a good one of Wi-Fi. What is worse may be the next building.
const GOOD_ACCURACY_METERS: f64 = 30.0;

/// A scan of somebody who was there, as far as one can tell without it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub record_id: Uuid,
    pub student_id: Uuid,
    pub signals: Signals,
}

/// What a room knows already.
#[derive(Clone, Debug)]
pub struct Reference {
    pub id: Uuid,
    pub student_id: Uuid,
    pub signals: Signals,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learnt {
    pub learnt: Vec<Candidate>,
    /// References that make room, or that are of a room that has changed.
    pub forgotten: Vec<Uuid>,
}

/// Whether a record shows without its scan that the student was there: by code and position, and with nothing to look at. That
/// the scan itself contradicts the rest does not count, or a room whose access points were replaced would never learn it.
pub fn is_sure(record: &Record) -> bool {
    let find = |factor| record.evidence.0.iter().find(|item| item.factor == factor && item.verdict == Verdict::Passed);
    let accuracy_meters = find(Factor::Geofence).and_then(|item| item.figures.get("accuracy_meters"));
    let is_accurate = |meters: &f64| *meters > 0.0 && *meters <= GOOD_ACCURACY_METERS;
    matches!(record.status, Status::Present | Status::Late)
        && record.review != Review::Rejected
        && (record.flags.0.is_empty() || is_contradicted_by_scan(record))
        && find(Factor::Code).is_some()
        && accuracy_meters.is_some_and(is_accurate)
}

/// Whether its scan is all that there is to look at.
fn is_contradicted_by_scan(record: &Record) -> bool {
    let failed = |item: &&Evidence| item.verdict == Verdict::Failed;
    record.flags.0.iter().all(|flag| *flag == Flag::Contradiction)
        && record.evidence.0.iter().filter(failed).all(|item| item.factor == Factor::AccessPoints)
}

/// What a room takes of a session's candidates, which are in the order of their times, and which of its references, the newest
/// first, it forgets for them.
pub fn choose(candidates: Vec<Candidate>, references: &[Reference]) -> Learnt {
    let (candidates, known) = (of_each_student(candidates), compared(references.iter().map(|known| &known.signals)));
    let heard = compared(candidates.iter().map(|candidate| &candidate.signals));
    let agreeing: Vec<usize> = if candidates.len() >= QUORUM {
        let medians: Vec<f64> = (0..heard.len())
            .map(|index| {
                let others = heard.iter().enumerate().filter(|(other, _)| *other != index);
                median(others.map(|(_, other)| heard[index].similarity(other)).collect())
            })
            .collect();
        // Who sounds like the others is one of them, however much more alike those are.
        let least = fence(medians.clone()).clamp(APART, ALIKE);
        (0..heard.len()).filter(|index| medians[*index] >= least).collect()
    } else if references.len() >= WELL_LEARNT {
        let is_known = |index: &usize| {
            median(known.iter().map(|reference| heard[*index].similarity(reference)).collect()) >= APART
        };
        (0..heard.len()).filter(is_known).collect()
    } else {
        Vec::new()
    };
    // Those who agree, and are more than half of many, say what the room is like now.
    let is_majority = candidates.len() >= QUORUM && agreeing.len() >= QUORUM && 2 * agreeing.len() > candidates.len();
    if candidates.len() >= QUORUM && !is_majority {
        return Learnt::default();
    }
    let is_outdated = |reference: &Fingerprint| {
        is_majority && median(agreeing.iter().map(|index| heard[*index].similarity(reference)).collect()) < APART
    };
    // From the first to the last: who comes together sits together.
    let count = agreeing.len().min(MOST_OF_SESSION);
    let chosen = (0..count).map(|number| agreeing[number * agreeing.len() / count]);
    let learnt: Vec<Candidate> = chosen.map(|index| candidates[index].clone()).collect();
    let mut of_student: HashMap<Uuid, usize> = learnt.iter().map(|candidate| (candidate.student_id, 1)).collect();
    let (mut kept, mut forgotten) = (learnt.len(), Vec::new());
    for (reference, known) in references.iter().zip(&known) {
        let count = of_student.entry(reference.student_id).or_default();
        if kept >= MOST_REFERENCES || *count >= MOST_OF_STUDENT || is_outdated(known) {
            forgotten.push(reference.id);
        } else {
            (kept, *count) = (kept + 1, *count + 1);
        }
    }
    Learnt { learnt, forgotten }
}

/// Those of which something can be learnt. A student has one record in a session, and so one candidate.
fn of_each_student(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.retain(|candidate| candidate.signals.0.len() >= MIN_COMMON);
    candidates
}

fn compared<'s>(signals: impl Iterator<Item = &'s Signals>) -> Vec<Fingerprint> {
    signals.map(Fingerprint::from).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    quantile(&values, 0.5)
}

/// Tukey's fence: what lies further below the first quartile than one and a half times the distance of the quartiles.
fn fence(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let (first, third) = (quantile(&values, 0.25), quantile(&values, 0.75));
    first - 1.5 * (third - first)
}

/// Of sorted values, between two of them by their distance; 0 of none.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let place = part * sorted.len().saturating_sub(1) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    match (sorted.get(below), sorted.get(above)) {
        (Some(low), Some(high)) => low + (high - low) * place.fract(),
        _ => 0.0,
    }
}

#[cfg(test)]
#[path = "learn_tests.rs"]
mod tests;
