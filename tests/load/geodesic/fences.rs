//! Fences all over the earth, far from each other, and points in and around them.

use std::f64::consts::TAU;

use rand::{RngExt as _, rngs::StdRng};
use rollcall_tests::{college::College, seed::SeedLocation};
use serde::Serialize;
use uuid::Uuid;

/// How points are spread around a fence, by its reach.
const AROUND: f64 = 1.3;
/// Metres of a degree, about: it only says where fences are put.
const DEGREE: f64 = 111_000.0;
/// So that none is seen as smaller than a room.
const REACH: std::ops::Range<f64> = 10.0..1_000.0;

#[derive(Debug, Serialize)]
pub struct Fence {
    /// Longitude and latitude, as in the ring.
    centre: [f64; 2],
    radius: f64,
    /// Empty for a circle.
    ring: Vec<[f64; 2]>,
}

impl Fence {
    /// Spread over the earth like the seeds of a sunflower; one in five on the antimeridian, and the first and the last at the poles.
    /// Every other one is a polygon, but not at the poles, where metres are put into degrees too badly.
    pub fn at(number: usize, all: usize, dice: &mut StdRng) -> Self {
        let share = (number as f64 + 0.5) / all as f64;
        let latitude = match number {
            0 => 89.9995,
            last if last + 1 == all => -89.9995,
            _ => (1.0 - 2.0 * share).asin().to_degrees(),
        };
        let longitude = match number % 5 {
            0 => wrapped(180.0 + dice.random_range(-0.002..0.002)),
            _ => wrapped(137.507_764 * number as f64),
        };
        let (centre, radius) = ([longitude, latitude], dice.random_range(REACH));
        let corners = 3 + number % 9;
        let corner = |corner: usize| {
            let angle = TAU * (corner as f64 + dice.random_range(0.0..0.4)) / corners as f64;
            let distance = radius * dice.random_range(0.3..1.0);
            beside(centre, distance * angle.cos(), distance * angle.sin())
        };
        let ring = if number.is_multiple_of(2) && number > 0 { (0..corners).map(corner).collect() } else { Vec::new() };
        Self { centre, radius, ring }
    }

    pub fn location(&self, number: usize, college: &College) -> SeedLocation {
        SeedLocation {
            id: Uuid::now_v7(),
            name: format!("Place {number}"),
            latitude: self.centre[1],
            longitude: self.centre[0],
            radius_meters: self.radius,
            polygon: (!self.ring.is_empty())
                .then(|| vec![self.ring.iter().chain(self.ring.first()).copied().collect()]),
            ..college.location.clone()
        }
    }

    /// Somewhere inside or not far outside.
    pub fn point(&self, dice: &mut StdRng) -> [f64; 2] {
        let reach = AROUND * self.radius;
        beside(self.centre, dice.random_range(-reach..reach), dice.random_range(-reach..reach))
    }
}

/// About so many metres east and north of a position.
fn beside([longitude, latitude]: [f64; 2], east: f64, north: f64) -> [f64; 2] {
    let there = latitude + north / DEGREE;
    // Beyond a pole one comes down on its other side.
    let (there, turned) = match there {
        over if over > 90.0 => (180.0 - over, 180.0),
        under if under < -90.0 => (-180.0 - under, 180.0),
        _ => (there, 0.0),
    };
    let degrees = east / (DEGREE * latitude.to_radians().cos());
    [wrapped(longitude + turned + degrees.clamp(-170.0, 170.0)), there]
}

fn wrapped(longitude: f64) -> f64 {
    (longitude + 180.0).rem_euclid(360.0) - 180.0
}
