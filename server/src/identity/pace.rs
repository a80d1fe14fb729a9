//! When a refused login is answered: at the next whole step after it began. Hashes of our own all take the same time, and so does
//! an account that does not exist; what is left, a row more to read, a short step hides. A hash that came with an imported
//! account takes far longer, which would tell that the account is there, so while there are such accounts the step is long.
//! Waiting costs no work, whereas hashing for so long would let anybody keep the server busy. A login that names no college
//! tries as many accounts as colleges know its address, so it waits as if they were the most that there may be.
//!
//! What takes longer than a step is not hidden well: bcrypt of cost 14, an address that several colleges know by imported
//! hashes, or a flood that makes logins queue.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    password,
    store::{self, MOST_MEANT},
};
use crate::store::Database;

/// Longer than hashing takes on most machines.
const STEP: Duration = Duration::from_millis(50);
/// Longer than bcrypt of cost 13 takes, while there are imported hashes.
const LONG_STEP: Duration = Duration::from_secs(1);
/// How long an answer about the accounts is believed. Whoever meets an imported hash knows better at once.
const BELIEVED: Duration = Duration::from_secs(60);

/// Cheap to clone.
#[derive(Clone, Default)]
pub struct Pace {
    looked: Arc<Mutex<Option<Looked>>>,
}

/// Whether there were accounts with hashes that take another time, and when that was seen.
#[derive(Clone, Copy)]
struct Looked {
    at: Instant,
    uneven: bool,
}

impl Pace {
    /// Waits until a login that began then may be refused. `hashes` are those that it was held against; `is_open` says whether
    /// it named no college.
    pub async fn hold(&self, database: &Database, begun: Instant, hashes: &[&str], is_open: bool) {
        let step = match (self.is_uneven(database, hashes).await, is_open) {
            (true, _) => LONG_STEP,
            (false, true) => STEP * MOST_MEANT,
            (false, false) => STEP,
        };
        tokio::time::sleep_until(next(begun, step, Instant::now())).await;
    }

    async fn is_uneven(&self, database: &Database, hashes: &[&str]) -> bool {
        let now = Instant::now();
        if hashes.iter().any(|hash| password::takes_another_time(hash)) {
            self.note(Looked { at: now, uneven: true });
            return true;
        }
        let known = *self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.filter(|known| now.duration_since(known.at) < BELIEVED) {
            return known.uneven;
        }
        // Told before it is looked up: of many who are refused at once, one asks.
        let before = known.is_some_and(|known| known.uneven);
        self.note(Looked { at: now, uneven: before });
        let uneven = match store::hashes_from_elsewhere(database).await {
            Ok(hashes) => hashes.iter().any(|hash| password::takes_another_time(hash)),
            Err(_) => before,
        };
        self.note(Looked { at: now, uneven });
        uneven
    }

    fn note(&self, looked: Looked) {
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(looked);
    }
}

/// The first whole step after the beginning that is not over.
fn next(begun: Instant, step: Duration, now: Instant) -> Instant {
    let steps = now.duration_since(begun).as_millis() / step.as_millis() + 1;
    begun + step * u32::try_from(steps).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_comes_at_a_whole_step() {
        let begun = Instant::now();
        for (step, milliseconds, expected) in [
            (STEP, 0, 50),
            (STEP, 30, 50),
            (STEP, 50, 100),
            (STEP, 120, 150),
            (LONG_STEP, 0, 1_000),
            (LONG_STEP, 250, 1_000),
            (LONG_STEP, 999, 1_000),
            (LONG_STEP, 1_400, 2_000),
        ] {
            let held = next(begun, step, begun + Duration::from_millis(milliseconds));
            assert_eq!(held, begun + Duration::from_millis(expected), "{step:?} after {milliseconds} ms");
        }
    }
}
