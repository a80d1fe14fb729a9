//! What goes and what stays, from values alone.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};

use crate::entity::{
    distance_band::DistanceBand,
    evidence::{Evidence, EvidenceList, Factor, Verdict},
};

/// What stays of a check-in.
#[derive(Clone, Debug, PartialEq)]
pub struct Remains {
    /// None where no position was sent.
    pub band: Option<DistanceBand>,
    pub evidence: EvidenceList,
}

/// Before which time what is kept is too old. None where a college keeps it for ever.
pub fn kept_since(retention_days: i32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (retention_days > 0).then(|| now - TimeDelta::days(retention_days.into()))
}

/// From when on it is too old. None where a college keeps it for ever.
pub fn expires_at(retention_days: i32, since: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (retention_days > 0).then(|| since + TimeDelta::days(retention_days.into()))
}

/// What stays of the evidence of a check-in that came with a position or without one.
pub fn remains(evidence: EvidenceList, has_position: bool) -> Remains {
    let band = band_of(&evidence, has_position);
    Remains { band, evidence: EvidenceList(evidence.0.into_iter().map(without_place).collect()) }
}

/// How far outside the fence a position was, where there was one.
pub fn band_of(evidence: &EvidenceList, has_position: bool) -> Option<DistanceBand> {
    let fence = evidence.0.iter().find(|item| item.factor == Factor::Geofence);
    let edge_distance_meters = fence.and_then(|item| item.figures.get("edge_distance_meters"));
    has_position.then(|| edge_distance_meters.map_or(DistanceBand::Unknown, |meters| band(*meters)))
}

/// Seen from the fence's edge; negative inside.
fn band(edge_distance_meters: f64) -> DistanceBand {
    match edge_distance_meters {
        inside if inside <= 0.0 => DistanceBand::Inside,
        near if near <= 50.0 => DistanceBand::Within50M,
        near if near <= 200.0 => DistanceBand::Within200M,
        near if near <= 1000.0 => DistanceBand::Within1Km,
        far if far.is_finite() => DistanceBand::Farther,
        _ => DistanceBand::Unknown,
    }
}

/// Takes out what tells of the place: all numbers but those of factors that know nothing of places, whose numbers are times. So a
/// factor that is new here loses its numbers until somebody has said that they may stay.
fn without_place(mut item: Evidence) -> Evidence {
    if matches!(item.factor, Factor::Code | Factor::Otp | Factor::Device) {
        return item;
    }
    item.figures.clear();
    // What is said of a fence may name the place, of several.
    if item.factor == Factor::Geofence || item.detail.contains(|letter: char| letter.is_ascii_digit()) {
        item.detail = Cow::Borrowed(words(item.factor, item.verdict));
    }
    item
}

/// In place of words that told of the place.
const fn words(factor: Factor, verdict: Verdict) -> &'static str {
    match (factor, verdict) {
        (Factor::Geofence, Verdict::Passed) => "You were at the place.",
        (Factor::Geofence, Verdict::Failed) => "You were outside the place.",
        (Factor::Geofence, Verdict::Uncertain) => {
            "Your position was too inexact to tell whether you were at the place."
        }
        (Factor::Geofence, Verdict::Missing) => "No position was sent.",
        (_, Verdict::Passed) => "It spoke for you.",
        (_, Verdict::Failed) => "It spoke against you.",
        (_, Verdict::Uncertain) => "It settled nothing.",
        (_, Verdict::Missing) => "It was not there to be looked at.",
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
