//! Room or not, in generated buildings: 2 floors with 20 rooms each along a corridor. Signals fall with the logarithm of the
//! distance, walls and floors, vary by place (shadowing), phone and moment, and some access points are missed at random.
//! `cargo nextest run -p rollcall-server --lib building --no-capture` prints the figures.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::likeness::{ALIKE, Fingerprint, UNLIKE, compare_with_room};
use crate::entity::signals::{Signal, Signals};

const BUILDINGS: u64 = 8;
const FLOORS: usize = 2;
const ROOMS_OF_SIDE: usize = 10;
const ROOM_METERS: f64 = 8.0;
const CORRIDOR_METERS: f64 = 3.0;
const FLOOR_METERS: f64 = 3.5;
const REFERENCES: usize = 20;
/// Scans of each room that are asked about.
const ASKED: usize = 40;

#[derive(Clone, Copy)]
struct Point {
    x: f64,
    y: f64,
    floor: usize,
}

struct Emitter {
    address: u64,
    at: Point,
    /// At one metre.
    power_dbm: f64,
    wall_db: f64,
}

struct Building {
    emitters: Vec<Emitter>,
    seed: u64,
}

/// Box and Muller: a value of a normal distribution from two between 0 and 1.
fn bell(deviation: f64, a: f64, b: f64) -> f64 {
    deviation * (-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

fn normal(rng: &mut StdRng, deviation: f64) -> f64 {
    bell(deviation, rng.random(), rng.random())
}

/// A number that looks like chance, from another (SplitMix64): quicker than a generator for each.
const fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A room by its number: floor, side of the corridor, place along it.
fn cell(room: usize) -> (usize, usize, usize) {
    (room / (2 * ROOMS_OF_SIDE), room / ROOMS_OF_SIDE % 2, room % ROOMS_OF_SIDE)
}

/// Whether they share a wall or a floor, or face each other over the corridor.
fn are_neighbours(a: usize, b: usize) -> bool {
    let ((floor, side, along), (other_floor, other_side, other_along)) = (cell(a), cell(b));
    floor.abs_diff(other_floor) + side.abs_diff(other_side) <= 1 && along.abs_diff(other_along) <= 1
}

fn somewhere_in(rng: &mut StdRng, room: usize) -> Point {
    let (floor, side, along) = cell(room);
    let x = (along as f64 + rng.random::<f64>()) * ROOM_METERS;
    let depth = rng.random::<f64>() * ROOM_METERS;
    let y = if side == 0 { -CORRIDOR_METERS / 2.0 - depth } else { CORRIDOR_METERS / 2.0 + depth };
    Point { x, y, floor }
}

/// Between 25 and 60 m in front of the building.
fn outside(rng: &mut StdRng) -> Point {
    let length = ROOM_METERS * ROOMS_OF_SIDE as f64;
    Point { x: rng.random::<f64>() * length, y: 35.0 + rng.random::<f64>() * 35.0, floor: 0 }
}

fn walls(from: Point, to: Point) -> f64 {
    let lengthwise = ((from.x / ROOM_METERS).floor() - (to.x / ROOM_METERS).floor()).abs();
    let half = CORRIDOR_METERS / 2.0;
    // Two of the corridor, and two that are the building's own.
    let lines = [-half - ROOM_METERS, -half, half, half + ROOM_METERS];
    let crosswise = lines.iter().filter(|line| (from.y < **line) != (to.y < **line)).count();
    // Along the corridor there are none.
    let in_corridor = from.y.abs() < half && to.y.abs() < half;
    if in_corridor { 0.0 } else { lengthwise + crosswise as f64 }
}

impl Building {
    fn new(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut emitters = Vec::new();
        let mut add = |at: Point, rng: &mut StdRng| {
            for (band, (power_dbm, wall_db)) in [(-38.0, 4.0), (-45.0, 6.0)].into_iter().enumerate() {
                let address = emitters.len() as u64 * 2 + band as u64;
                emitters.push(Emitter { address, at, power_dbm: power_dbm + normal(rng, 2.0), wall_db });
            }
        };
        for floor in 0..FLOORS {
            // One for two rooms, in one of them, and three in the corridor.
            for pair in 0..ROOMS_OF_SIDE {
                let room = floor * 2 * ROOMS_OF_SIDE + pair + if rng.random() { ROOMS_OF_SIDE } else { 0 };
                let at = somewhere_in(&mut rng, room);
                add(at, &mut rng);
            }
            for third in 1..4 {
                let x = ROOM_METERS * ROOMS_OF_SIDE as f64 * f64::from(third) / 4.0;
                add(Point { x, y: 0.0, floor }, &mut rng);
            }
        }
        // The neighbourhood.
        for _ in 0..10 {
            let at = outside(&mut rng);
            add(at, &mut rng);
        }
        Self { emitters, seed }
    }

    /// The same for a square of two metres and an access point, whoever stands there.
    fn shadow(&self, emitter: &Emitter, at: Point) -> f64 {
        let square = |meters: f64| (meters / 2.0).floor() as i64 as u64;
        let parts = [self.seed, emitter.address, square(at.x), square(at.y), at.floor as u64];
        let first = parts.into_iter().fold(0, |mixed, part| mix(mixed ^ part));
        let unit = |number: u64| (number >> 11) as f64 / (1_u64 << 53) as f64;
        bell(4.0, unit(first), unit(mix(first)))
    }

    fn scan(&self, rng: &mut StdRng, at: Point) -> Fingerprint {
        let phone = normal(rng, 3.0);
        let mut signals: Vec<Signal> = Vec::new();
        for emitter in &self.emitters {
            let floors = at.floor.abs_diff(emitter.at.floor) as f64;
            let flat = (at.x - emitter.at.x).hypot(at.y - emitter.at.y);
            let distance = flat.hypot(floors * FLOOR_METERS).max(1.0);
            let rssi =
                emitter.power_dbm - 28.0 * distance.log10() - 15.0 * floors - emitter.wall_db * walls(at, emitter.at)
                    + self.shadow(emitter, at)
                    + phone
                    + normal(rng, 4.0);
            // One in ten is missed, whatever it is, and the weak ones more often.
            let heard = 0.9 * ((rssi + 95.0) / 10.0).clamp(0.0, 1.0);
            if rng.random::<f64>() < heard {
                signals.push(Signal { address: emitter.address, rssi_dbm: rssi.round().min(0.0) as i16 });
            }
        }
        Fingerprint::from(&Signals(signals))
    }
}

#[derive(Default)]
struct Tally {
    asked: usize,
    alike: usize,
    unlike: usize,
}

impl Tally {
    fn add(&mut self, scan: &Fingerprint, references: &[Fingerprint]) {
        let likeness = compare_with_room(scan, references).expect("the room is well learnt");
        self.asked += 1;
        self.alike += usize::from(likeness.similarity >= ALIKE && likeness.common >= 3);
        self.unlike += usize::from(likeness.similarity < UNLIKE && scan.len() >= 5);
    }

    /// In per cent, with its 95 % interval after Wilson.
    fn rate(&self, count: usize) -> (f64, String) {
        let (n, p, z) = (self.asked as f64, count as f64 / self.asked as f64, 1.96_f64);
        let middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        (p, format!("{:.2} % ({:.2}–{:.2})", 100.0 * p, 100.0 * (middle - half).max(0.0), 100.0 * (middle + half)))
    }
}

#[test]
fn a_room_is_told_from_others() {
    let (mut there, mut elsewhere, mut next_door, mut in_front) =
        (Tally::default(), Tally::default(), Tally::default(), Tally::default());
    let rooms = FLOORS * 2 * ROOMS_OF_SIDE;
    for seed in 0..BUILDINGS {
        let (building, mut rng) = (Building::new(seed), StdRng::seed_from_u64(seed + 1000));
        let mut scans = |count: usize| -> Vec<Vec<Fingerprint>> {
            let mut of_room = |room| {
                (0..count)
                    .map(|_| {
                        let at = somewhere_in(&mut rng, room);
                        building.scan(&mut rng, at)
                    })
                    .collect()
            };
            (0..rooms).map(&mut of_room).collect()
        };
        let (references, asked) = (scans(REFERENCES), scans(ASKED));
        for (room, references) in references.iter().enumerate() {
            asked[room].iter().for_each(|scan| there.add(scan, references));
            for (other, scans) in asked.iter().enumerate().filter(|(other, _)| *other != room) {
                let tally = if are_neighbours(room, other) { &mut next_door } else { &mut elsewhere };
                tally.add(&scans[room % ASKED], references);
            }
            let at = outside(&mut rng);
            in_front.add(&building.scan(&mut rng, at), references);
        }
    }
    for (name, tally) in
        [("there", &there), ("elsewhere", &elsewhere), ("next door", &next_door), ("in front", &in_front)]
    {
        println!(
            "{name}: {} scans, passed {}, failed {}",
            tally.asked,
            tally.rate(tally.alike).1,
            tally.rate(tally.unlike).1
        );
    }
    let balanced = (there.rate(there.alike).0 + 1.0 - elsewhere.rate(elsewhere.alike).0) / 2.0;
    println!("balanced accuracy, neighbours left out: {:.2} %", 100.0 * balanced);
    assert!(balanced >= 0.95, "{balanced}");
}
