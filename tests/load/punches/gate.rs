//! What passes a gate: punches without end, each another event, of everybody in turn. An employee's INs and OUTs alternate in time, over
//! the 30 days before the run, so that every day has segments, more of them the longer it goes on.

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Asia::Kolkata;
use rollcall_proto::v1::{CreatePunchRequest, punch::EventType};
use rollcall_tests::clock::machine_time;

/// Over how many days before now an employee's punches are.
pub const DAYS: usize = 30;
/// A segment has a slot of the day to itself, and is shorter than it.
const SLOT_SECONDS: usize = 10;
const WORK_SECONDS: usize = 5;
const SLOTS: usize = 86_400 / SLOT_SECONDS;
/// From one segment of a day to the next, in slots. It has no factor in common with their number, so that all have their turn.
const STEP: usize = 3931;
/// Not everybody comes at the same second.
const LATE_SECONDS: usize = 4;

pub struct Gate {
    employees: Vec<String>,
    /// As long before the run as there are days.
    begins: DateTime<Utc>,
    next: AtomicUsize,
}

impl Gate {
    pub fn new(employees: Vec<String>) -> Self {
        Self { employees, begins: machine_time() - TimeDelta::days(DAYS as i64), next: AtomicUsize::new(0) }
    }

    /// The next punch. Neighbours are of different employees, and of one employee on different days.
    pub fn next(&self) -> CreatePunchRequest {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (turn, place) = (number / self.employees.len(), number % self.employees.len());
        let (pair, is_out) = (turn / 2, turn % 2 == 1);
        let (day, slot) = (pair % DAYS, pair / DAYS * STEP % SLOTS);
        let work = if is_out { WORK_SECONDS } else { 0 };
        let seconds = day * 86_400 + slot * SLOT_SECONDS + place % LATE_SECONDS + work;
        let at = self.begins + TimeDelta::seconds(seconds as i64);
        CreatePunchRequest {
            employee_id: self.employees[place].clone(),
            event_type: if is_out { EventType::Out } else { EventType::In }.into(),
            event_time: at.with_timezone(&Kolkata).format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            event_id: format!("gate/{number:010}"),
            ..CreatePunchRequest::default()
        }
    }

    /// So many of them.
    pub fn list(&self, length: usize) -> Vec<CreatePunchRequest> {
        (0..length).map(|_| self.next()).collect()
    }

    pub fn employees(&self) -> usize {
        self.employees.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ins_and_outs_alternate_before_now() {
        let gate = Gate::new(vec!["one".to_owned(), "other".to_owned()]);
        let now = machine_time();
        let list = gate.list(2 * 2 * DAYS * 50);
        for employee in ["one", "other"] {
            let mut events: Vec<(DateTime<Utc>, i32)> = list
                .iter()
                .filter(|punch| punch.employee_id == employee)
                .map(|punch| (punch.event_time.parse().expect("it is a time"), punch.event_type))
                .collect();
            events.sort_unstable();
            assert_eq!(events.len(), 2 * DAYS * 50);
            assert!(events.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 != pair[1].1), "{employee}");
            assert!(events.iter().all(|(at, _)| *at < now), "{employee}");
        }
    }
}
