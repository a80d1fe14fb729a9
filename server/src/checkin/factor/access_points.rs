//! The Wi-Fi and Bluetooth that the device hears, against what stands at the place, and against what was heard there before.
//!
//! A scan is a list of numbers that the client sends, and nobody has to be there to know the addresses. So it never stands alone: what
//! a policy wants beside it is the policy's to say.

use super::Judged;
use crate::{
    access_point::Listed,
    checkin::refusal::Refusal,
    entity::evidence::{Evidence, Factor, Flag, Verdict},
    fingerprint::{ALIKE, Fingerprint, Likeness, MIN_COMMON, Scan, Sighting, UNLIKE, compare_with_room},
};

/// So much has to be heard before it speaks against somebody.
const RICH: usize = 5;

/// A scan, and what it is held against.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'s> {
    pub scan: &'s Scan,
    /// What stands at the place.
    pub listed: &'s [Listed],
    /// What was heard there before.
    pub references: &'s [Fingerprint],
    /// Whether the scan was sent before.
    pub is_replay: bool,
}

/// A listed access point that is heard.
#[derive(Clone, Copy, Debug)]
struct Found<'s> {
    sighting: &'s Sighting,
    is_near: bool,
}

pub fn judge(heard: Heard<'_>) -> Judged {
    let Heard { scan, references, is_replay, .. } = heard;
    let best = best(heard);
    let likeness = compare_with_room(&scan.fingerprint, references);
    let (verdict, detail) = verdict(scan, best, likeness);
    // What was sent before shows that somebody was there once.
    let verdict = if is_replay && verdict == Verdict::Passed { Verdict::Uncertain } else { verdict };
    let mut evidence = Evidence::new(Factor::AccessPoints, verdict, detail)
        .figure("sent", scan.sent as f64)
        .figure("usable", scan.signals.0.len() as f64)
        .figure("references", references.len() as f64);
    if let Some(Found { sighting, .. }) = best {
        evidence = evidence.figure("listed_rssi_dbm", f64::from(sighting.rssi_dbm));
    }
    if let Some(likeness) = likeness {
        evidence = evidence.figure("similarity", likeness.similarity).figure("common", likeness.common as f64);
    }
    if is_replay {
        evidence = evidence.flag(Flag::ReplayedScan);
    }
    match verdict {
        Verdict::Failed => Judged::refused(evidence, Refusal::AccessPointsElsewhere),
        _ => Judged::said(evidence),
    }
}

fn verdict(scan: &Scan, best: Option<Found<'_>>, likeness: Option<Likeness>) -> (Verdict, &'static str) {
    let is_like = |least: f64| likeness.is_some_and(|found| found.similarity >= least && found.common >= MIN_COMMON);
    let is_unlike = likeness.is_some_and(|found| found.similarity < UNLIKE);
    if best.is_some_and(|found| found.is_near) {
        (Verdict::Passed, "An access point of the place was near.")
    } else if is_like(ALIKE) {
        (Verdict::Passed, "It sounded like the place on Wi-Fi.")
    } else if best.is_some() {
        (Verdict::Uncertain, "An access point of the place was heard, but too weakly.")
    } else if is_like(UNLIKE) {
        (Verdict::Uncertain, "It sounded only a little like the place on Wi-Fi.")
    } else if is_unlike && scan.signals.0.len() >= RICH {
        (Verdict::Failed, "It sounded like another place on Wi-Fi.")
    } else if scan.heard.is_empty() {
        (Verdict::Missing, "Nothing was heard that is fresh.")
    } else {
        // To accept a doubt here would accept any scan, at a place of which nothing is known.
        (Verdict::Missing, "Nothing was heard that is known of the place.")
    }
}

/// The address of the nearest access point of the place that is near enough.
pub fn matched(heard: Heard<'_>) -> Option<String> {
    best(heard).filter(|found| found.is_near).map(|found| found.sighting.address.to_string())
}

/// How much a scan speaks for a place.
pub fn rank(heard: Heard<'_>) -> u8 {
    match judge(heard).evidence.verdict {
        Verdict::Failed => 0,
        // Nothing is known of the place, so that nothing speaks against it.
        Verdict::Missing => 1,
        Verdict::Uncertain => 2,
        Verdict::Passed => 3,
    }
}

/// Near ones first, and of those the strongest. What is listed counts whatever its name and address look like: somebody of the
/// college has said that it stands there.
fn best(Heard { scan, listed, .. }: Heard<'_>) -> Option<Found<'_>> {
    let found = listed.iter().filter_map(|point| {
        let at = scan.heard.binary_search_by_key(&(point.address, point.kind), |heard| (heard.address, heard.kind));
        let sighting = scan.heard.get(at.ok()?)?;
        Some(Found { sighting, is_near: sighting.rssi_dbm >= point.min_rssi_dbm })
    });
    found.max_by_key(|found| (found.is_near, found.sighting.rssi_dbm))
}

#[cfg(test)]
#[path = "access_points_tests.rs"]
mod tests;
