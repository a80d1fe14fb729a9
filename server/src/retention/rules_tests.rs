//! What goes and what stays, case by case.

use super::*;
use crate::entity::evidence::Flag;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

#[test]
fn retention_is_reckoned_back_from_now_and_0_is_for_ever() {
    let now = at("2026-03-31T10:00:00Z");
    let table = [(0, None), (1, Some("2026-03-30T10:00:00Z")), (30, Some("2026-03-01T10:00:00Z"))];
    for (days, expected) in table {
        assert_eq!(kept_since(days, now), expected.map(at), "{days}");
        let expires = expected.map(|_| now);
        assert_eq!(kept_since(days, now).and_then(|since| expires_at(days, since)), expires, "{days}");
        assert_eq!(expires_at(days, now).is_some(), expected.is_some());
    }
}

#[test]
fn a_distance_falls_into_one_band() {
    use DistanceBand::{Farther, Inside, Unknown, Within1Km, Within50M, Within200M};
    let table = [
        (-50.0, Inside),
        (0.0, Inside),
        (0.1, Within50M),
        (50.0, Within50M),
        (50.1, Within200M),
        (200.0, Within200M),
        (200.1, Within1Km),
        (1000.0, Within1Km),
        (1000.1, Farther),
        (2e7, Farther),
        (f64::NAN, Unknown),
        (f64::INFINITY, Unknown),
    ];
    for (meters, expected) in table {
        assert_eq!(band(meters), expected, "{meters}");
    }
}

#[test]
fn a_band_is_of_a_position_that_was_sent() {
    let fence = Evidence::new(Factor::Geofence, Verdict::Failed, "You were 120 m outside the place.")
        .figure("edge_distance_meters", 119.4);
    let table = [
        (vec![fence.clone()], true, Some(DistanceBand::Within200M)),
        (vec![fence], false, None),
        (Vec::new(), true, Some(DistanceBand::Unknown)),
        (Vec::new(), false, None),
    ];
    for (evidence, has_position, expected) in table {
        assert_eq!(remains(EvidenceList(evidence), has_position).band, expected, "{has_position}");
    }
}

#[test]
fn no_number_of_a_place_stays_and_every_verdict_and_flag_does() {
    use Verdict::{Failed, Missing, Passed, Uncertain};
    let places =
        [Factor::Geofence, Factor::AccessPoints, Factor::Face, Factor::Network, Factor::Travel, Factor::Unknown];
    for factor in places {
        for verdict in [Passed, Failed, Uncertain, Missing] {
            let before = Evidence::new(factor, verdict, "You were 34 m outside the place.")
                .figure("edge_distance_meters", 33.3)
                .figure("anything", 1.0)
                .flag(Flag::MockedPosition);
            let after = without_place(before.clone());
            assert_eq!((after.factor, after.verdict, &after.flags), (factor, verdict, &before.flags));
            assert!(
                after.figures.is_empty() && !after.detail.contains(|letter: char| letter.is_ascii_digit()),
                "{after:?}"
            );
        }
    }
    let words = "Your position was too inexact to tell whether you were at the place.";
    let named = format!("{words} Of its places this was the nearest: North Hall.");
    assert_eq!(without_place(Evidence::new(Factor::Geofence, Uncertain, named)).detail, words);
    let heard = Evidence::new(Factor::AccessPoints, Passed, "It sounded like the place on Wi-Fi.");
    assert_eq!(without_place(heard.clone()), heard);
    for factor in [Factor::Code, Factor::Otp, Factor::Device] {
        let before = Evidence::new(factor, Failed, "It was 61 s old.").figure("age_seconds", 61.0);
        assert_eq!(without_place(before.clone()), before);
    }
}
