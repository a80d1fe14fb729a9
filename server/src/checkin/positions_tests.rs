//! How often people are let in by their position, where it is as wrong as a phone says, and where it is more so. Honest people stand anywhere
//! inside; intruders at a distance from the middle of the place or from its edge. All have a code, which anybody can be sent; honest
//! people also have something that only who is there has.
//! `cargo nextest run -p rollcall-server --lib positions --no-capture` prints the figures.

use std::f64::consts::TAU;

use chrono::{DateTime, Utc};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use uuid::Uuid;

use super::{
    factor::geofence::Reported,
    rules::{Shown, decide},
};
use crate::{
    code::{Age, OtpReading, Reading},
    entity::{
        evidence::{Factor, Verdict},
        policy_version::{Rules, Uncertain},
        session::Model as Session,
    },
    geofence::{Circle, Fence, Position},
};

const RADII: [f64; 3] = [30.0, 50.0, 100.0];
/// What phones say.
const ACCURACIES: [f64; 4] = [5.0, 12.5, 25.0, 50.0];
/// Of each radius and accuracy.
const HONEST: usize = 20_000;
const INTRUDERS: usize = 4_000;
const LESS: usize = 2_000;
/// At the equator: metres of a degree.
const NORTH: f64 = 110_574.275_8;
const EAST: f64 = 111_319.490_8;
/// √(−2 ln 0.32).
const DEVIATIONS: f64 = 1.509_592_185;

/// How wrong a position is.
#[derive(Clone, Copy, Debug)]
enum Error {
    /// As wrong as the phone says: 68 % within the accuracy.
    AsStated,
    /// One in ten is three times as wrong.
    HeavyTailed,
    /// All are half as wrong again.
    Understated,
}

#[derive(Clone, Copy, Debug)]
enum Who {
    Honest,
    /// So far from the middle.
    FromMiddle(f64),
    /// So far from the edge.
    FromEdge(f64),
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    all: u32,
    inside: u32,
    uncertain: u32,
    /// By the rules that there are without a policy, where a doubt is accepted and flagged.
    accepted: u32,
    flagged: u32,
    /// By rules that want something else where there is a doubt: who has it, and who has not.
    accepted_with: u32,
    accepted_without: u32,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.all += other.all;
        self.inside += other.inside;
        self.uncertain += other.uncertain;
        self.accepted += other.accepted;
        self.flagged += other.flagged;
        self.accepted_with += other.accepted_with;
        self.accepted_without += other.accepted_without;
    }
}

struct Rate(f64, f64, f64);

impl Rate {
    /// With its 95 % interval after Wilson.
    fn of(count: u32, all: u32) -> Self {
        let (z, n) = (1.959_964, f64::from(all));
        let rate = f64::from(count) / n;
        let middle = (rate + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let half = z / (1.0 + z * z / n) * (rate * (1.0 - rate) / n + z * z / (4.0 * n * n)).sqrt();
        Self(rate, (middle - half).max(0.0), (middle + half).min(1.0))
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:6.2} % ({:.2}–{:.2})", 100.0 * self.0, 100.0 * self.1, 100.0 * self.2)
    }
}

struct Trial {
    radius: f64,
    accuracy: f64,
    error: Error,
    who: Who,
}

impl Trial {
    /// Where somebody is said to be, in metres from the middle.
    fn position(&self, dice: &mut StdRng) -> (f64, f64) {
        let distance = match self.who {
            Who::Honest => self.radius * dice.random::<f64>().sqrt(),
            Who::FromMiddle(meters) => meters,
            Who::FromEdge(meters) => self.radius + meters,
        };
        let factor = match self.error {
            Error::HeavyTailed if dice.random_bool(0.1) => 3.0,
            Error::AsStated | Error::HeavyTailed => 1.0,
            Error::Understated => 1.5,
        };
        let (a, b, bearing) = (dice.random::<f64>(), TAU * dice.random::<f64>(), TAU * dice.random::<f64>());
        let wrong = factor * self.accuracy / DEVIATIONS * (-2.0 * (1.0 - a).ln()).sqrt();
        (distance * bearing.cos() + wrong * b.cos(), distance * bearing.sin() + wrong * b.sin())
    }

    fn run(&self, draws: usize, dice: &mut StdRng) -> Counts {
        let fence = Fence::Circle(Circle { latitude: 0.0, longitude: 0.0, radius_meters: self.radius });
        let session = Session::example(DateTime::<Utc>::UNIX_EPOCH);
        let default = Rules::default();
        let asking = Rules { uncertain: Uncertain::AskForMore, settled_by: vec![Factor::Otp], ..Rules::default() };
        let code = Reading::Holds { age: Age::Current, age_seconds: 3, accepted_until: DateTime::<Utc>::UNIX_EPOCH };
        let otp = OtpReading::Holds {
            is_personal: false,
            id: Uuid::nil(),
            age_seconds: 3,
            expires_at: DateTime::<Utc>::UNIX_EPOCH,
        };
        let mut counts = Counts::default();
        for _ in 0..draws {
            let (x, y) = self.position(dice);
            let position = Position { latitude: y / NORTH, longitude: x / EAST, accuracy_meters: Some(self.accuracy) };
            let position = Some(Reported { position, is_mocked: false });
            let alone = Shown { code: Some(code), position, ..Shown::default() };
            let with = Shown { otp: Some(otp), ..alone };
            let ask = |rules, shown| decide(&session, &fence, rules, true, shown, DateTime::<Utc>::UNIX_EPOCH);
            let by_default = ask(&default, &alone);
            let verdict = by_default.evidence.iter().find(|item| item.factor == Factor::Geofence);
            let verdict = verdict.map(|item| item.verdict);
            counts.all += 1;
            counts.inside += u32::from(verdict == Some(Verdict::Passed));
            counts.uncertain += u32::from(verdict == Some(Verdict::Uncertain));
            counts.accepted += u32::from(by_default.outcome.is_ok());
            counts.flagged += u32::from(by_default.outcome.is_ok_and(|accepted| !accepted.flags.is_empty()));
            match self.who {
                Who::Honest => counts.accepted_with += u32::from(ask(&asking, &with).outcome.is_ok()),
                Who::FromMiddle(_) | Who::FromEdge(_) => {
                    counts.accepted_without += u32::from(ask(&asking, &alone).outcome.is_ok());
                }
            }
        }
        counts
    }
}

/// Runs everybody of a kind in places of every size, and prints and gives back each row.
fn table(who: Who, error: Error, draws: usize, dice: &mut StdRng) -> Vec<Counts> {
    println!(
        "{who:?}, {error:?}: inside, uncertain, outside; without a policy accepted, of them flagged; accepted where a doubt asks for more"
    );
    let (mut rows, mut sum) = (Vec::new(), Counts::default());
    let print = |name: &str, counts: &Counts| {
        let rate = |count| Rate::of(count, counts.all);
        let outside = counts.all - counts.inside - counts.uncertain;
        println!(
            "  {name:<22} {} {} {} | {} {} | {}",
            rate(counts.inside),
            rate(counts.uncertain),
            rate(outside),
            rate(counts.accepted),
            rate(counts.flagged),
            rate(counts.accepted_with + counts.accepted_without)
        );
    };
    for radius in RADII {
        // Who is nearer to the middle than the edge is no intruder.
        if matches!(who, Who::FromMiddle(meters) if meters < radius) {
            continue;
        }
        for accuracy in ACCURACIES {
            let counts = Trial { radius, accuracy, error, who }.run(draws, dice);
            print(&format!("{radius} m, accuracy {accuracy} m"), &counts);
            sum.add(counts);
            rows.push(counts);
        }
    }
    print("together", &sum);
    rows.push(sum);
    rows
}

fn share(count: u32, counts: &Counts) -> f64 {
    f64::from(count) / f64::from(counts.all)
}

#[test]
fn the_honest_are_let_in_and_intruders_are_not() {
    let mut dice = StdRng::seed_from_u64(22);
    for row in table(Who::Honest, Error::AsStated, HONEST, &mut dice) {
        let refused = share(row.all - row.accepted_with, &row);
        assert!(refused <= 0.005, "honest people were refused: {refused} of {row:?}");
        assert_eq!(row.accepted, row.accepted_with, "a doubt is accepted either way");
    }
    for who in [60.0, 80.0, 120.0, 300.0].map(Who::FromMiddle).into_iter().chain([Who::FromEdge(80.0)]) {
        let rows = table(who, Error::AsStated, INTRUDERS, &mut dice);
        if matches!(who, Who::FromMiddle(80.0) | Who::FromEdge(_)) {
            for row in rows {
                let accepted = share(row.accepted_without, &row);
                assert!(accepted <= 0.02, "intruders were accepted: {accepted} of {row:?}");
            }
        }
    }
}

/// What nobody can promise, as it is: phones that are more wrong than they say.
#[test]
fn phones_that_say_too_little_cost_the_honest_most() {
    let mut dice = StdRng::seed_from_u64(23);
    for error in [Error::HeavyTailed, Error::Understated] {
        let honest = table(Who::Honest, error, LESS, &mut dice);
        assert!(honest.iter().all(|row| share(row.all - row.accepted_with, row) <= 0.08), "{error:?}");
        for who in [Who::FromMiddle(80.0), Who::FromEdge(80.0)] {
            let intruders = table(who, error, LESS, &mut dice);
            assert!(intruders.iter().all(|row| share(row.accepted_without, row) <= 0.03), "{error:?} {who:?}");
        }
    }
}
