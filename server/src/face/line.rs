//! Who waits with a picture: each college in a line of its own, and one picture of each after the other. So a college that sends many
//! makes its own people wait, and of the others each picture waits for one of its.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use uuid::Uuid;

/// What waits, in all and of each college at most so much.
pub struct Line<T> {
    waiting: Mutex<Waiting<T>>,
    changed: Condvar,
    most: usize,
    most_of_one: usize,
}

struct Waiting<T> {
    /// Those that have something waiting, each once, in the order of their turns.
    turns: VecDeque<Uuid>,
    of: HashMap<Uuid, VecDeque<T>>,
    count: usize,
    is_closed: bool,
}

impl<T> Line<T> {
    pub fn new(most: usize, most_of_one: usize) -> Self {
        let waiting = Waiting { turns: VecDeque::new(), of: HashMap::new(), count: 0, is_closed: false };
        Self { waiting: Mutex::new(waiting), changed: Condvar::new(), most, most_of_one }
    }

    /// Whether there was room.
    pub fn push(&self, college_id: Uuid, item: T) -> bool {
        let mut guard = self.lock();
        let waiting = &mut *guard;
        let own = waiting.of.get(&college_id).map_or(0, VecDeque::len);
        if waiting.count >= self.most || own >= self.most_of_one {
            return false;
        }
        if own == 0 {
            waiting.turns.push_back(college_id);
        }
        waiting.of.entry(college_id).or_default().push_back(item);
        waiting.count += 1;
        drop(guard);
        self.changed.notify_one();
        true
    }

    /// The next one, as soon as there is one. None once the line is closed and nothing waits.
    pub fn next(&self) -> Option<T> {
        let mut guard = self.lock();
        loop {
            if let Some(item) = guard.take() {
                return Some(item);
            }
            if guard.is_closed {
                return None;
            }
            guard = self.changed.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Nothing more is to come.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// What a thread that panicked has left is whole: nothing in here does between two changes.
    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Waiting<T> {
    fn take(&mut self) -> Option<T> {
        let college_id = self.turns.pop_front()?;
        let own = self.of.get_mut(&college_id)?;
        let item = own.pop_front();
        if own.is_empty() {
            self.of.remove(&college_id);
        } else {
            self.turns.push_back(college_id);
        }
        self.count -= 1;
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> (Line<u32>, [Uuid; 3]) {
        (Line::new(6, 4), [1, 2, 3].map(Uuid::from_u128))
    }

    #[test]
    fn colleges_take_turns() {
        let (line, [first, second, third]) = line();
        for number in 10..14 {
            assert!(line.push(first, number));
        }
        assert!(line.push(second, 20) && line.push(third, 30));
        let order: Vec<_> = (0..6).map(|_| line.next().expect("one waits")).collect();
        assert_eq!(order, [10, 20, 30, 11, 12, 13]);
        line.close();
        assert_eq!(line.next(), None);
    }

    #[test]
    fn one_college_leaves_room_for_another_and_all_of_them_have_an_end() {
        let (line, [first, second, third]) = line();
        assert!((0..4).all(|number| line.push(first, number)));
        assert!(!line.push(first, 4), "its own line is full");
        assert!(line.push(second, 0) && line.push(second, 1));
        assert!(!line.push(second, 2) && !line.push(third, 0), "all of it is full");
        assert_eq!(line.next(), Some(0));
        assert!(line.push(third, 0) && !line.push(third, 1));
    }

    #[test]
    fn what_waits_is_done_before_the_end() {
        let (line, [first, ..]) = line();
        assert!(line.push(first, 1));
        line.close();
        assert_eq!((line.next(), line.next()), (Some(1), None));
    }
}
