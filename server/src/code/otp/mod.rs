//! One-time passwords: six digits that the teacher shows, for those who cannot scan, or has sent to one student, who alone may use them.
//!
//! Promises: a session has one at a time, and one for each student whom one is sent to, for as long as it lives, the same on every replica; it is good until a time, once for each student; of the wrong
//! ones that a student sends, at most five are held against one password and ten looked at in a minute, whatever comes at once and
//! wherever. Never: the digits in a table, a log, an event or a record; a try that is counted against somebody else.
//!
//! A right one is used up by the record that it leads to, which one statement writes or does not: nothing is spent that is not
//! stored, and whoever is refused for another reason enters the same digits again.
//!
//! Read `issue.rs` for when there is another one, `number.rs` for what the digits are, `rules.rs` for what a try comes to, `check.rs` for how tries are counted.

mod background;
mod check;
mod issue;
mod letter;
mod number;
mod rules;
mod send;
mod store;

use std::sync::Arc;

use chrono::TimeDelta;
use uuid::Uuid;

use check::{Entered, Secret};

use crate::store::{Database, batch::Batcher};

/// What entered digits turn out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtpReading {
    /// They hold. Seconds since they were first shown, or sent to the student alone.
    Holds { id: Uuid, is_personal: bool, age_seconds: i64, expires_at: chrono::DateTime<chrono::Utc> },
    /// They were true. Seconds since they were first shown.
    Expired { age_seconds: i64 },
    /// They are not those of the session.
    Invalid,
    /// They were not looked at: too many wrong ones came before.
    Exhausted { retry_after_seconds: i64 },
}

impl OtpReading {
    /// Which one it is, where it holds.
    pub const fn id(self) -> Option<Uuid> {
        match self {
            Self::Holds { id, .. } => Some(id),
            Self::Expired { .. } | Self::Invalid | Self::Exhausted { .. } => None,
        }
    }
}

/// What is sent lives so many times as long as what is shown: a letter is on its way for a while. It is guessed no easier for that,
/// because what counts is the number of tries.
const SENT_LIVES: i32 = 5;

/// So many are judged in one transaction, each student's in one of so many lanes.
const MAX_CHECKS: usize = 128;
const LANES: usize = 2;

/// How one-time passwords are made and checked.
#[derive(Clone)]
pub struct OneTimePasswords {
    database: Database,
    key: [u8; 32],
    life: TimeDelta,
    checks: Arc<Batcher<Entered, OtpReading>>,
}

impl OneTimePasswords {
    pub fn new(database: Database, key: [u8; 32], life: TimeDelta) -> Self {
        let (judging, secret) = (database.clone(), Secret { key, longest_life: life * SENT_LIVES });
        let checks = Batcher::new("one_time_password", LANES, MAX_CHECKS, move |entered: Vec<Entered>| {
            let (database, entered) = (judging.clone(), Arc::<[Entered]>::from(entered));
            async move {
                let judge = || {
                    let entered = entered.clone();
                    database.write(move |tx| Box::pin(async move { check::judge(tx, secret, &entered).await }))
                };
                match judge().await {
                    // Lost a deadlock, its connection, or somebody's row to the purge. Nothing was counted by it.
                    Err(problem) if problem.is_passing() => judge().await,
                    readings => readings,
                }
            }
        });
        Self { database, key, life, checks: Arc::new(checks) }
    }

    /// How long one lives that is sent to a student.
    fn longest_life(&self) -> TimeDelta {
        self.life * SENT_LIVES
    }
}
