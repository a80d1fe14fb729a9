//! How alike two scans are: the Sørensen similarity of power-scaled signals, which stood best among 51 measures and four
//! scales in J. Torres-Sospedra et al., "Comprehensive analysis of distance and similarity measures for Wi-Fi fingerprinting
//! indoor positioning systems", Expert Systems with Applications 42 (2015), 9263–9278.
//!
//! A signal of x dBm has the strength ((x + 100) / 100) ^ e, and 0 where it is not heard; over all access points that either
//! hears, the similarity of a and b is 2 Σ min(a, b) / (Σ a + Σ b). What is weak, and so heard by chance, hardly counts; what one
//! of them misses lowers it and does not decide.

use std::{cmp::Ordering, f64::consts::E};

use super::scan::MIN_COMMON;
use crate::entity::signals::Signals;

/// Phones lose what is weaker.
const FLOOR_DBM: f64 = -100.0;
/// So many references say what a room is like. By then they are of five people at least.
pub const WELL_LEARNT: usize = 10;
/// The place of the reference, from the best, that decides. Nobody has so many references in a room.
const DECIDING: usize = 3;

/// From here on a scan is one of the room: 97 of 100 that are, and 4 of 1,000 that are neither of it nor of the room next door
/// (`building_tests.rs`).
pub const ALIKE: f64 = 0.45;
/// Below this it is one of somewhere else: of those of the room, 1 in 10,000.
pub const UNLIKE: f64 = 0.15;

/// A scan that can be compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fingerprint {
    /// In the order of the addresses.
    strengths: Vec<(u64, f64)>,
    total: f64,
}

/// How alike a scan is to something else.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Likeness {
    /// From 0, nothing in common, to 1.
    pub similarity: f64,
    /// How many access points both have heard.
    pub common: usize,
}

impl From<&Signals> for Fingerprint {
    fn from(signals: &Signals) -> Self {
        let strengths: Vec<_> = signals
            .0
            .iter()
            .map(|signal| (signal.address, strength(f64::from(signal.rssi_dbm))))
            .filter(|(_, strength)| *strength > 0.0)
            .collect();
        let total = strengths.iter().map(|(_, strength)| strength).sum();
        Self { strengths, total }
    }
}

impl Fingerprint {
    /// How many access points are heard.
    pub const fn len(&self) -> usize {
        self.strengths.len()
    }

    pub fn compare(&self, other: &Self) -> Likeness {
        let (mut ours, mut theirs) = (self.strengths.iter().peekable(), other.strengths.iter().peekable());
        let (mut shared, mut common) = (0.0, 0);
        while let (Some((our_address, our)), Some((their_address, their))) = (ours.peek(), theirs.peek()) {
            match our_address.cmp(their_address) {
                Ordering::Less => drop(ours.next()),
                Ordering::Greater => drop(theirs.next()),
                Ordering::Equal => {
                    (shared, common) = (shared + our.min(*their), common + 1);
                    ours.next();
                    theirs.next();
                }
            }
        }
        let total = self.total + other.total;
        Likeness { similarity: if total > 0.0 { 2.0 * shared / total } else { 0.0 }, common }
    }

    /// The same, where too little in common is nothing: two strangers may hear the same mast.
    pub fn similarity(&self, other: &Self) -> f64 {
        let Likeness { similarity, common } = self.compare(other);
        if common >= MIN_COMMON { similarity } else { 0.0 }
    }
}

/// How alike a scan is to a room: to the third best of its references. None where the room is not well learnt.
pub fn compare_with_room(scan: &Fingerprint, references: &[Fingerprint]) -> Option<Likeness> {
    if references.len() < WELL_LEARNT {
        return None;
    }
    let mut likenesses: Vec<Likeness> = references.iter().map(|reference| scan.compare(reference)).collect();
    likenesses.sort_unstable_by(|a, b| b.similarity.total_cmp(&a.similarity));
    likenesses.get(DECIDING - 1).copied()
}

fn strength(rssi_dbm: f64) -> f64 {
    ((rssi_dbm - FLOOR_DBM) / -FLOOR_DBM).max(0.0).powf(E)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::signals::Signal;

    fn fingerprint(signals: &[(u64, i16)]) -> Fingerprint {
        Fingerprint::from(&Signals(signals.iter().copied().map(Signal::from).collect()))
    }

    #[test]
    fn two_scans_are_as_alike_as_the_formula_says() {
        // ((-50 + 100) / 100) ^ e = 0.151 955, ((-70 + 100) / 100) ^ e = 0.037 905.
        let (strong, weak) = (0.5_f64.powf(E), 0.3_f64.powf(E));
        let table: [(&[(u64, i16)], &[(u64, i16)], f64, usize); 7] = [
            (&[(1, -50), (2, -70)], &[(1, -50), (2, -70)], 1.0, 2),
            (&[(1, -50)], &[(2, -50)], 0.0, 0),
            (&[(1, -50)], &[(1, -70)], 2.0 * weak / (strong + weak), 1),
            // One of them misses one.
            (&[(1, -50), (2, -70)], &[(1, -50)], 2.0 * strong / (2.0 * strong + weak), 1),
            (&[], &[], 0.0, 0),
            (&[(1, -50)], &[], 0.0, 0),
            // Too weak to be heard.
            (&[(1, -100), (2, -120)], &[(1, -100), (2, -120)], 0.0, 0),
        ];
        for (ours, theirs, similarity, common) in table {
            let (ours, theirs) = (fingerprint(ours), fingerprint(theirs));
            for likeness in [ours.compare(&theirs), theirs.compare(&ours)] {
                assert!((likeness.similarity - similarity).abs() < 1e-12, "{likeness:?}, not {similarity}");
                assert_eq!(likeness.common, common);
            }
        }
    }

    #[test]
    fn two_references_of_one_person_let_nobody_in() {
        let (room, home) = (fingerprint(&[(1, -50), (2, -50), (3, -50)]), fingerprint(&[(7, -50), (8, -50), (9, -50)]));
        let mut references = vec![room.clone(); WELL_LEARNT - 2];
        references.extend([home.clone(), home.clone()]);
        assert_eq!(compare_with_room(&home, &references), Some(Likeness::default()));
        assert_eq!(compare_with_room(&room, &references).map(|likeness| likeness.similarity), Some(1.0));
        assert_eq!(compare_with_room(&room, &references[..WELL_LEARNT - 1]), None);
    }
}
