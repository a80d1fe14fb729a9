//! The way from where the student checked in last. What nobody can travel is a sign that one of the two was somebody else, or made up;
//! a way that somebody can travel proves nothing, so it is not even mentioned.
//!
//! v = max(0, d − a₁ − a₂) / Δt, with d the geodesic distance and a the accuracies. A third of honest positions lie outside their 68 %
//! radius, so what is left has to be far as well as fast: more than 1 km at more than 200 km/h, which is no train. And nobody is at
//! two places within a minute that are more than 500 m apart.

use chrono::{DateTime, Utc};

use super::Judged;
use crate::{
    entity::evidence::{Evidence, Factor, Flag, Verdict},
    geofence::{Circle, Position},
};

const FAST_KMH: f64 = 200.0;
const FAR_METERS: f64 = 1_000.0;
const AT_ONCE_SECONDS: f64 = 60.0;
const APART_METERS: f64 = 500.0;
/// Of two at the same instant the later one may be the earlier one: clocks of servers differ by less.
const LEAST_SECONDS: f64 = 1.0;
/// Where the device does not say how exact it is.
const USUAL_ACCURACY_METERS: f64 = 100.0;

/// Where somebody was, and when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Whereabouts {
    /// With what it may be off by as its radius.
    circle: Circle,
    pub at: DateTime<Utc>,
}

impl Whereabouts {
    /// As a device measured it.
    pub fn measured(position: Position, at: DateTime<Utc>) -> Self {
        let Position { latitude, longitude, accuracy_meters } = position;
        let radius_meters = accuracy_meters.unwrap_or(USUAL_ACCURACY_METERS);
        Self { circle: Circle { latitude, longitude, radius_meters }, at }
    }

    /// Somewhere at a place.
    pub const fn at_place(circle: Circle, at: DateTime<Utc>) -> Self {
        Self { circle, at }
    }
}

/// None where nothing speaks against the way.
pub fn judge(from: Whereabouts, to: Whereabouts) -> Option<Judged> {
    let distance_meters = from.circle.distance_meters(to.circle.latitude, to.circle.longitude);
    let apart_meters = (distance_meters - from.circle.radius_meters - to.circle.radius_meters).max(0.0);
    let seconds = ((to.at - from.at).num_milliseconds().abs() as f64 / 1000.0).max(LEAST_SECONDS);
    let speed_kmh = apart_meters / seconds * 3.6;
    let is_at_once = seconds <= AT_ONCE_SECONDS && apart_meters > APART_METERS;
    let is_too_fast = speed_kmh > FAST_KMH && apart_meters > FAR_METERS;
    let detail = match (is_at_once, is_too_fast) {
        (true, _) => "You checked in somewhere else at the same time.",
        (false, true) => "Nobody gets here so fast from where you checked in last.",
        (false, false) => return None,
    };
    let evidence = Evidence::new(Factor::Travel, Verdict::Uncertain, detail)
        .figure("distance_meters", distance_meters)
        .figure("seconds", seconds)
        .figure("speed_kmh", speed_kmh)
        .flag(Flag::ImpossibleTravel);
    Some(Judged::said(evidence))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const METERS_A_DEGREE: f64 = 110_627.8;

    fn at(meters_north: f64, accuracy_meters: Option<f64>, seconds: i64) -> Whereabouts {
        let position =
            Position { latitude: 12.9716 + meters_north / METERS_A_DEGREE, longitude: 77.5946, accuracy_meters };
        Whereabouts::measured(position, DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds))
    }

    #[test]
    fn nobody_is_accused_of_a_way_that_can_be_travelled() {
        let exact = Some(5.0);
        // Metres, the second accuracy, seconds between, whether it is flagged.
        let table = [
            ("the same place, at once", 0.0, exact, 0, false),
            ("across the campus in a minute", 400.0, exact, 60, false),
            ("across the campus at once", 509.0, exact, 0, false),
            ("two places at once", 600.0, exact, 0, true),
            ("two places within a minute", 600.0, exact, 60, true),
            ("a bicycle", 600.0, exact, 120, false),
            ("a position that is no better than the way", 5_000.0, Some(4_600.0), 0, false),
            ("one that says nothing of itself", 600.0, None, 0, false),
            ("a train of 160 km/h", 80_000.0, exact, 1_800, false),
            ("200 km/h", 100_000.0, exact, 1_800, false),
            ("an aeroplane", 400_000.0, exact, 3_600, true),
            ("nearly three kilometres in a minute and a bit", 2_900.0, exact, 61, false),
            ("four kilometres in a minute and a bit", 4_000.0, exact, 61, true),
            ("another town after a night", 600_000.0, exact, 43_000, false),
        ];
        for (name, meters, accuracy, seconds, flagged) in table {
            let (from, to) = (at(0.0, exact, 0), at(meters, accuracy, seconds));
            for (from, to) in [(from, to), (to, from)] {
                let judged = judge(from, to);
                assert_eq!(judged.is_some(), flagged, "{name}: {judged:?}");
                if let Some(Judged { evidence, refusal }) = judged {
                    assert_eq!((evidence.verdict, refusal), (Verdict::Uncertain, None), "{name}");
                    assert_eq!(evidence.flags, [Flag::ImpossibleTravel], "{name}");
                    assert!((evidence.figures["distance_meters"] - meters).abs() < 0.01 * meters, "{name}");
                    assert_eq!(evidence.figures["seconds"], (seconds as f64).max(1.0), "{name}");
                    assert!(evidence.figures["speed_kmh"] > 0.0, "{name}");
                }
            }
        }
    }

    #[test]
    fn a_place_is_as_inexact_as_it_is_large() {
        let place = |radius_meters| {
            let circle = Circle { latitude: 12.9716, longitude: 77.5946, radius_meters };
            Whereabouts::at_place(circle, DateTime::UNIX_EPOCH)
        };
        assert!(judge(place(50.0), at(600.0, Some(5.0), 0)).is_some());
        assert!(judge(place(100.0), at(600.0, Some(5.0), 0)).is_none());
    }
}
