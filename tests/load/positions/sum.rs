//! What a position is judged as, by a sum over a fine grid: slow, and with nothing of how the server does it.

use std::f64::consts::TAU;

/// Squares of the grid from one side of the circle to the other.
const SQUARES: usize = 400;
/// As the contract says it.
const INSIDE: f64 = 0.8;
const OUTSIDE: f64 = 0.004;
/// So near to a bound, by its share, neither the sum nor where metres are put is exact enough.
const CLOSE: f64 = 0.05;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Inside,
    Uncertain,
    Outside,
}

/// The standard deviation of an accuracy, the radius that holds 68 %.
pub fn deviation(accuracy: f64) -> f64 {
    accuracy / (-2.0 * 0.32_f64.ln()).sqrt()
}

/// Metres of a degree of longitude on the WGS 84 ellipsoid.
pub fn meters_of_longitude(latitude: f64) -> f64 {
    let (sin, cos) = latitude.to_radians().sin_cos();
    6_378_137.0 * cos / (1.0 - 6.694_379_990_141_316e-3 * sin * sin).sqrt() * TAU / 360.0
}

/// The share of the error that lies in a circle of this radius, from so far from its middle.
fn share(radius: f64, distance: f64, deviation: f64) -> f64 {
    let side = 2.0 * radius / SQUARES as f64;
    let at = |number: usize| (number as f64 + 0.5) * side - radius;
    let (mut sum, bell) = (0.0, |meters: f64| (-0.5 * (meters / deviation).powi(2)).exp());
    for column in (0..SQUARES).map(at) {
        let half = (radius * radius - column * column).sqrt();
        let rows: f64 = (0..SQUARES).map(at).filter(|row| row.abs() <= half).map(bell).sum();
        sum += bell(column - distance) * rows;
    }
    sum * side * side / (TAU * deviation * deviation)
}

/// None where it is too close to tell.
pub fn judge(radius: f64, distance: f64, accuracy: f64) -> Option<Verdict> {
    let deviation = deviation(accuracy);
    let (inside, best) = (share(radius, distance, deviation), share(radius, 0.0, deviation));
    let is_close = |value: f64, bound: f64| (value / bound - 1.0).abs() < CLOSE;
    if is_close(inside, INSIDE) || is_close(inside, OUTSIDE * best) {
        None
    } else if inside >= INSIDE {
        Some(Verdict::Inside)
    } else if inside < OUTSIDE * best {
        Some(Verdict::Outside)
    } else {
        Some(Verdict::Uncertain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_what_is_known() {
        assert!((share(20.0, 0.0, deviation(20.0)) - 0.68).abs() < 1e-3);
        assert!((share(1_000.0, 1_000.0, 10.0) - 0.498).abs() < 3e-3);
        assert_eq!(judge(50.0, 0.0, 5.0), Some(Verdict::Inside));
        assert_eq!(judge(50.0, 50.0, 20.0), Some(Verdict::Uncertain));
        assert_eq!(judge(50.0, 300.0, 20.0), Some(Verdict::Outside));
    }
}
