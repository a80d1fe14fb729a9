//! How probably somebody is inside a fence, from a position and how far it may be wrong.
//!
//! The error of a position is taken as a normal distribution, the same in every direction: its distance from the truth is then
//! Rayleigh's, and the radius r that holds the truth with 68 % makes the standard deviation σ = r / √(−2 ln 0.32). What is
//! computed is the share of that distribution that lies inside.
//!
//! A circle: with d the distance of the position to the centre and R the radius, the distance of the truth to the centre is
//! Rice's (S. O. Rice, *Mathematical Analysis of Random Noise*, Bell System Technical Journal 24, 1945, 3.10), and
//! P = ∫₀ᴿ (t/σ²) exp(−(t² + d²) / 2σ²) I₀(td/σ²) dt, one less Marcum's Q₁(d/σ, R/σ).
//!
//! A polygon: the share of each triangle of the position and an edge, added with its sign. In angles around the position that is
//! (1/2π) ∮ (1 − exp(−ρ²/2σ²)) dφ along the edges, with ρ the distance: Owen's T function for each end of an edge (D. B. Owen,
//! *Tables for Computing Bivariate Normal Probabilities*, Annals of Mathematical Statistics 27, 1956).
//!
//! Both are sums of Gauss and Legendre's formula with five nodes over short pieces, right to a millionth.

use std::f64::consts::TAU;

use geo::{Coord, Polygon};

/// √(−2 ln 0.32): how many standard deviations the radius has that holds 68 %.
const DEVIATIONS_OF_RADIUS: f64 = 1.509_592_185_451_663_4;
/// Beyond so many standard deviations there is nothing that would be seen in a double's digits after the point.
const REACH: f64 = 9.0;
/// An edge that the position lies on, in standard deviations: seen from there it has no area beneath it.
const ON_EDGE: f64 = 1e-9;

/// The standard deviation, in metres, of an accuracy: the radius that holds the truth with 68 %.
pub fn deviation(accuracy_meters: f64) -> f64 {
    accuracy_meters / DEVIATIONS_OF_RADIUS
}

/// Of a circle of this radius, from so far from its centre. All in metres.
pub fn of_circle(radius: f64, distance: f64, deviation: f64) -> f64 {
    let (radius, distance) = (radius / deviation, distance / deviation);
    let rice = |t: f64| t * (-0.5 * (t - distance) * (t - distance)).exp() * scaled_bessel(t * distance);
    if distance < radius - REACH {
        return 1.0;
    }
    integral((distance - REACH).max(0.0), radius.min(distance + REACH), 1.5, rice).clamp(0.0, 1.0)
}

/// The same from the circle's centre, which no other position has more of.
pub fn at_centre(radius: f64, deviation: f64) -> f64 {
    -(-0.5 * (radius / deviation).powi(2)).exp_m1()
}

/// Of a polygon in a plane, from a point there. The outer ring turns anticlockwise and the holes clockwise.
pub fn of_polygon(polygon: &Polygon, from: Coord, deviation: f64) -> f64 {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    let edges = rings.flat_map(geo::LineString::lines);
    let angles = edges.map(|edge| of_edge((edge.start - from) / deviation, (edge.end - from) / deviation));
    (angles.sum::<f64>() / TAU).clamp(0.0, 1.0)
}

/// Of the triangle of the origin and an edge, as an angle: ∫ (1 − exp(−ρ²/2)) dφ, negative where the edge turns clockwise.
fn of_edge(a: Coord, b: Coord) -> f64 {
    let cross = a.x * b.y - a.y * b.x;
    let along = b - a;
    let length = along.x.hypot(along.y);
    // How far the edge's line is, and where on it, from the foot of the perpendicular, the edge begins and ends.
    let height = cross.abs() / length;
    if height.is_nan() || height < ON_EDGE {
        return 0.0;
    }
    let angle = cross.atan2(a.x * b.x + a.y * b.y);
    let (begin, end) = ((a.x * along.x + a.y * along.y) / length, (b.x * along.x + b.y * along.y) / length);
    if height > REACH || begin > REACH || end < -REACH {
        return angle;
    }
    // With x = height · sinh u along the edge, what is integrated is as smooth near the position as far from it.
    let (from, to) = ((begin.max(-REACH) / height).asinh(), (end.min(REACH) / height).asinh());
    let falling = |u: f64| {
        let (up, down) = (u.exp(), (-u).exp());
        let (sinh, cosh) = (0.5 * (up - down), 0.5 * (up + down));
        (-0.5 * height * height * sinh * sinh).exp() / cosh
    };
    let beyond = (-0.5 * height * height).exp() * integral(from, to, 1.0, falling);
    angle - beyond.copysign(angle)
}

/// Gauss and Legendre's formula with five nodes, over pieces of at most this length.
fn integral(from: f64, to: f64, piece: f64, function: impl Fn(f64) -> f64) -> f64 {
    const NODES: [(f64, f64); 2] =
        [(0.538_469_310_105_683, 0.478_628_670_499_366_5), (0.906_179_845_938_664, 0.236_926_885_056_189_1)];
    const MIDDLE: f64 = 0.568_888_888_888_888_9;
    if to <= from {
        return 0.0;
    }
    let pieces = ((to - from) / piece).ceil().max(1.0);
    let half = 0.5 * (to - from) / pieces;
    let of_piece = |number: usize| {
        let middle = from + half * (2 * number + 1) as f64;
        let both =
            |(node, weight): &(f64, f64)| weight * (function(middle - half * node) + function(middle + half * node));
        MIDDLE * function(middle) + NODES.iter().map(both).sum::<f64>()
    };
    half * (0..pieces as usize).map(of_piece).sum::<f64>()
}

/// exp(−x) I₀(x) of the modified Bessel function, right to 2 · 10⁻⁷: M. Abramowitz and I. A. Stegun, *Handbook of Mathematical
/// Functions*, 9.8.1 and 9.8.2.
fn scaled_bessel(x: f64) -> f64 {
    const NEAR: [f64; 7] = [1.0, 3.515_622_9, 3.089_942_4, 1.206_749_2, 0.265_973_2, 0.036_076_8, 0.004_581_3];
    const FAR: [f64; 9] = [
        0.398_942_28,
        0.013_285_92,
        0.002_253_19,
        -0.001_575_65,
        0.009_162_81,
        -0.020_577_06,
        0.026_355_37,
        -0.016_476_33,
        0.003_923_77,
    ];
    let sum = |terms: &[f64], t: f64| terms.iter().rev().fold(0.0, |sum, term| sum * t + term);
    match x < 3.75 {
        true => (-x).exp() * sum(&NEAR, (x / 3.75).powi(2)),
        false => sum(&FAR, 3.75 / x) / x.sqrt(),
    }
}

#[cfg(test)]
#[path = "probability_tests.rs"]
mod tests;
