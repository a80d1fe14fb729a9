//! Of slots in the order in which they begin in the day, those that count now, and the first one that is in the way of another.
//! A tree of when they end, each node the latest end below it: whatever slots there are, a question or a change costs as many
//! steps as the tree is high.

use chrono::NaiveTime;

pub struct Running {
    /// The root is 1, and the children of a node are at twice its place and behind that. The leaves are in the second half.
    latest: Vec<Option<NaiveTime>>,
    leaves: usize,
}

impl Running {
    /// For so many slots, of which none counts yet.
    pub fn of(slots: usize) -> Self {
        let leaves = slots.next_power_of_two();
        Self { latest: vec![None; 2 * leaves], leaves }
    }

    /// Has a slot count, until its time.
    pub fn add(&mut self, place: usize, end: NaiveTime) {
        self.set(place, Some(end));
    }

    pub fn remove(&mut self, place: usize) {
        self.set(place, None);
    }

    /// The first one that ends after a time.
    pub fn first_after(&self, time: NaiveTime) -> Option<usize> {
        let is_later = |node: usize| self.latest[node].is_some_and(|end| end > time);
        if !is_later(1) {
            return None;
        }
        let mut node = 1;
        while node < self.leaves {
            step();
            node = if is_later(2 * node) { 2 * node } else { 2 * node + 1 };
        }
        Some(node - self.leaves)
    }

    fn set(&mut self, place: usize, end: Option<NaiveTime>) {
        let mut node = self.leaves + place;
        self.latest[node] = end;
        while node > 1 {
            step();
            node /= 2;
            self.latest[node] = self.latest[2 * node].max(self.latest[2 * node + 1]);
        }
    }
}

#[cfg(test)]
thread_local! {
    /// How many nodes were looked at, for the test that it is not too many.
    pub static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

fn step() {
    #[cfg(test)]
    STEPS.set(STEPS.get() + 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_ends_later_is_found_among_those_that_count() {
        let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("a time of day");
        for slots in [1, 2, 3, 5, 8] {
            let mut running = Running::of(slots);
            assert_eq!(running.first_after(NaiveTime::MIN), None);
            let last = slots - 1;
            running.add(last, at(9));
            assert_eq!((running.first_after(at(8)), running.first_after(at(9))), (Some(last), None), "{slots}");
            running.add(0, at(8));
            assert_eq!(running.first_after(at(7)), Some(0), "{slots}");
            running.remove(0);
            assert_eq!(running.first_after(at(7)), (slots > 1).then_some(last), "{slots}");
        }
    }
}
