//! Positions that are the same to the last digit. A device that measures never measures the same twice: a millionth of a degree is ten
//! centimetres, and positions in a room scatter over metres. What is copied, by hand or by a program that makes positions up, is the same.

use chrono::{DateTime, TimeDelta, Utc};

use super::Earlier;
use crate::geofence::Position;

/// Where a device knows as much, it has measured satellites or a room full of access points. What is less exact may be looked up by a
/// network, which answers the same to everybody who asks from there, and the same again next week.
const EXACT_METERS: f64 = 20.0;
/// For so long a device may give a position that it kept.
const KEPT: TimeDelta = TimeDelta::hours(6);
/// What an app has rounded to six digits is the same for two who sit at one table.
const MICRODEGREES: f64 = 1e6;
/// How far from a whole number of millionths a degree is that was rounded to one, in millionths.
const ROUNDED: f64 = 1e-3;

/// Whether nobody else sends the same by chance.
pub fn tells_apart(position: &Position) -> bool {
    let is_rounded = |degrees: f64| {
        let micro = degrees * MICRODEGREES;
        (micro - micro.round()).abs() < ROUNDED
    };
    let is_exact = position.accuracy_meters.is_some_and(|accuracy| accuracy < EXACT_METERS);
    is_exact && !(is_rounded(position.latitude) && is_rounded(position.longitude))
}

/// Whether the student sent the very position before, longer ago than a device keeps one.
pub fn is_resent(position: &Position, earlier: &[Earlier], now: DateTime<Utc>) -> bool {
    let is_same = |earlier: &Earlier| earlier.position == Some(*position) && now - earlier.whereabouts.at > KEPT;
    tells_apart(position) && earlier.iter().any(is_same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkin::factor::travel::Whereabouts;

    const HERE: Position =
        Position { latitude: 12.971_612_345_678, longitude: 77.594_598_765_432, accuracy_meters: Some(6.25) };

    #[test]
    fn what_is_rounded_or_inexact_tells_nobody_apart() {
        let table = [
            ("as measured", HERE, true),
            ("to seven digits", Position { latitude: 12.971_612_3, longitude: 77.594_598_7, ..HERE }, true),
            ("one of them round by chance", Position { latitude: 12.971_6, ..HERE }, true),
            ("to six digits", Position { latitude: 12.971_612, longitude: 77.594_599, ..HERE }, false),
            ("to five digits", Position { latitude: 12.971_61, longitude: 77.594_6, ..HERE }, false),
            ("in the south", Position { latitude: -33.868_82, longitude: -151.209_3, ..HERE }, false),
            ("by a network", Position { accuracy_meters: Some(20.0), ..HERE }, false),
            ("without a word on it", Position { accuracy_meters: None, ..HERE }, false),
        ];
        for (name, position, expected) in table {
            assert_eq!(tells_apart(&position), expected, "{name}");
        }
    }

    #[test]
    fn a_position_is_measured_once() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(9);
        let nearly = Position { latitude: HERE.latitude + 1e-12, ..HERE };
        let less_exact = Position { accuracy_meters: Some(6.5), ..HERE };
        let rough = Position { accuracy_meters: Some(40.0), ..HERE };
        let table = [
            ("a week later", HERE, HERE, TimeDelta::days(7), true),
            ("as long as a device keeps it", HERE, HERE, KEPT, false),
            ("a little longer", HERE, HERE, KEPT + TimeDelta::seconds(1), true),
            ("beside it", HERE, nearly, TimeDelta::days(7), false),
            ("another accuracy", HERE, less_exact, TimeDelta::days(7), false),
            ("a network's", rough, rough, TimeDelta::days(7), false),
        ];
        for (name, position, before, ago, expected) in table {
            let whereabouts = Whereabouts::measured(before, now - ago);
            let earlier = Earlier { whereabouts, position: Some(before), has_attended: false };
            assert_eq!(is_resent(&position, &[earlier], now), expected, "{name}");
            assert!(!is_resent(&position, &[Earlier { position: None, ..earlier }], now), "{name}, not sent");
        }
        assert!(!is_resent(&HERE, &[], now));
    }
}
