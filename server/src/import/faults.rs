//! What is wrong with a file, place by place.

use std::{cmp::Ordering, collections::BinaryHeap, fmt::Display};

use crate::problem::{ErrorReason, Problem, Violation};

/// How many faults are told of, the first ones of the file; the others are only counted.
const LISTED: usize = 1_000;

/// Where in a file something is wrong, as people are told: "line 7".
pub trait Place: Display {
    /// What faults are told in the order of; those that are equal by it, in the order in which they were found.
    type Order: Ord;

    fn order(&self) -> Self::Order;
}

/// The faults of a file.
#[derive(Debug)]
pub struct Faults<P: Place> {
    /// The first ones, the last of them on top.
    listed: BinaryHeap<Fault<P>>,
    total: usize,
}

#[derive(Debug)]
struct Fault<P> {
    place: P,
    /// Which of those that were found.
    number: usize,
    description: String,
}

impl<P: Place> Faults<P> {
    /// `description` is read after the place: "line 7" "is no row".
    pub fn add(&mut self, place: impl Into<P>, description: impl Into<String>) {
        let fault = Fault { place: place.into(), number: self.total, description: description.into() };
        self.total += 1;
        if self.listed.len() < LISTED {
            self.listed.push(fault);
        } else if let Some(mut last) = self.listed.peek_mut().filter(|last| fault < **last) {
            *last = fault;
        }
    }

    pub const fn is_empty(&self) -> bool {
        self.total == 0
    }

    pub const fn total(&self) -> usize {
        self.total
    }

    /// The first faults, in the order of their places.
    pub fn list(self) -> Vec<(P, String)> {
        self.listed.into_sorted_vec().into_iter().map(|fault| (fault.place, fault.description)).collect()
    }

    /// Why the file is refused. A refusal has room for the first faults only.
    pub fn refuse(self) -> Problem {
        let total = self.total;
        let violation = |(place, description): (P, String)| Violation { field: place.to_string(), description };
        let violations: Vec<_> = self.list().into_iter().map(violation).collect();
        let message = match violations.as_slice() {
            [one] => format!("{} {}. Nothing was changed.", one.field, one.description),
            _ => format!("The file has {total} faults. Nothing was changed; a dry run lists them."),
        };
        Problem { violations, ..Problem::new(ErrorReason::ImportFaulty, message) }.with("fault_count", total)
    }
}

impl<P: Place> Default for Faults<P> {
    fn default() -> Self {
        Self { listed: BinaryHeap::new(), total: 0 }
    }
}

impl<P: Place> Ord for Fault<P> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.place.order(), self.number).cmp(&(other.place.order(), other.number))
    }
}

impl<P: Place> PartialOrd for Fault<P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P: Place> PartialEq for Fault<P> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<P: Place> Eq for Fault<P> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq)]
    struct Line(usize);

    impl Display for Line {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(formatter, "line {}", self.0)
        }
    }

    impl Place for Line {
        type Order = usize;

        fn order(&self) -> usize {
            self.0
        }
    }

    fn faults(lines: impl IntoIterator<Item = usize>) -> Faults<Line> {
        let mut faults = Faults::default();
        for (number, line) in lines.into_iter().enumerate() {
            faults.add(Line(line), format!("is {number}"));
        }
        faults
    }

    #[test]
    fn faults_are_told_in_the_order_of_their_places() {
        let told = faults([3, 1, 2, 1]).list();
        let expected = [(1, "is 1"), (1, "is 3"), (2, "is 2"), (3, "is 0")];
        assert_eq!(told, expected.map(|(line, what)| (Line(line), what.to_owned())));
    }

    #[test]
    fn the_first_are_kept_and_all_are_counted() {
        for lines in [(0..5_000).collect::<Vec<_>>(), (0..5_000).rev().collect()] {
            let faults = faults(lines);
            assert_eq!((faults.total(), faults.listed.len()), (5_000, LISTED), "while they are collected");
            let told: Vec<_> = faults.list().into_iter().map(|(Line(line), _)| line).collect();
            assert_eq!(told, (0..LISTED).collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_fault_is_told_and_several_are_counted() {
        let one = faults([7]).refuse();
        assert_eq!((one.reason, &*one.message), (ErrorReason::ImportFaulty, "line 7 is 0. Nothing was changed."));
        let many = faults([7, 3]).refuse();
        assert!(many.message.contains("2 faults"), "{many}");
        assert_eq!(many.metadata["fault_count"], "2");
        assert_eq!(many.violations[0].field, "line 3");
    }
}
