//! What honest devices say of where they are. Indoors a phone is 12.5 m off in the mean, which is a 68 % radius of 15 m; what it claims
//! scatters around that. A laptop is placed by a network, 30 to 60 m exact, at the same point whoever asks from the room.

use rand::{RngExt as _, rngs::StdRng};
use rollcall_proto::v1::{AccessPointSighting, Position, access_point::Type};
use rollcall_tests::{college::METERS_A_DEGREE, seed::SeedLocation};

/// So far from the middle people sit, in metres.
const ROOM_METERS: f64 = 10.0;
/// Of a normal distribution in the plane, 68 % lie within so many standard deviations.
const RADIUS_68: f64 = 1.5096;
const INDOORS_METERS: f64 = 15.0;
/// The natural logarithm of what phones claim scatters by so much.
const SPREAD: f64 = 0.35;

/// A number of the standard normal distribution (Box and Muller).
fn normal(dice: &mut StdRng) -> f64 {
    let (one, other): (f64, f64) = (dice.random_range(f64::MIN_POSITIVE..1.0), dice.random_range(0.0..1.0));
    (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos()
}

fn beside(location: &SeedLocation, north: f64, east: f64, accuracy_meters: f64) -> Position {
    let east_a_degree = METERS_A_DEGREE * location.latitude.to_radians().cos();
    Position {
        latitude: Some(location.latitude + north / METERS_A_DEGREE),
        longitude: Some(location.longitude + east / east_a_degree),
        accuracy_meters: Some(accuracy_meters),
        mocked: false,
    }
}

/// A phone's, in the room: a new one each time.
pub fn fix(location: &SeedLocation, dice: &mut StdRng) -> Position {
    // As a float, which is what systems give.
    let accuracy = f64::from((INDOORS_METERS * (SPREAD * normal(dice)).exp()) as f32);
    let (reach, turn) = (ROOM_METERS * dice.random::<f64>().sqrt(), std::f64::consts::TAU * dice.random::<f64>());
    let off = accuracy / RADIUS_68;
    let (north, east) = (reach * turn.sin() + off * normal(dice), reach * turn.cos() + off * normal(dice));
    beside(location, north, east, accuracy)
}

/// A laptop's: the network's answer for the room, which is the same each time.
pub fn network_fix(location: &SeedLocation) -> Position {
    let digits = f64::from(location.id.as_bytes()[15]) / 255.0;
    beside(location, 7.0 * digits, -5.0 * digits, 30.0 + 30.0 * digits)
}

/// What a phone hears at the place: one that is listed and nine that are not, each time a little differently.
pub fn scan(listed: &str, dice: &mut StdRng) -> Vec<AccessPointSighting> {
    let mut heard = |bssid: String, mean: f64| AccessPointSighting {
        bssid,
        ssid: "Campus".to_owned(),
        rssi_dbm: Some((mean + 4.0 * normal(dice)).clamp(-95.0, -30.0).round() as i32),
        r#type: Type::Wifi.into(),
        age_ms: Some(800),
    };
    let others = (1..10).map(|number| (format!("00:16:3e:00:01:{number:02x}"), -50.0 - 4.0 * f64::from(number)));
    let all: Vec<_> = std::iter::once((listed.to_owned(), -52.0)).chain(others).collect();
    all.into_iter().map(|(bssid, mean)| heard(bssid, mean)).collect()
}
