//! Counts calls against limits: in Redis where there is one, so that replicas count together; in this process where there is
//! none or it does not answer. In any window of the period at most the limit is let through: by all replicas while Redis
//! answers, and by each of them always.

mod local;
#[cfg(test)]
mod tests;
mod window;

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use super::redis::{Redis, Script};
use crate::problem::{ErrorReason, Problem};
use local::Local;

/// The time is that of Redis, which all replicas share.
const REDIS_TIME: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
";
const DECISION: &str = include_str!("window.lua");

/// So many calls in so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    /// What is counted: the first part of each key.
    pub name: &'static str,
    pub calls: NonZeroU32,
    pub period: Duration,
}

impl Limit {
    /// None where the setting is 0.
    pub fn new(name: &'static str, calls: u32, period: Duration) -> Option<Self> {
        NonZeroU32::new(calls).map(|calls| Self { name, calls, period })
    }
}

/// One call, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub limit: Limit,
    pub outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Let through. So many may follow at once, and more after this time.
    Passed { left: u32, more_in: Duration },
    /// One too many, for so long.
    Refused { wait: Duration },
}

impl Count {
    pub const fn is_refused(&self) -> bool {
        matches!(self.outcome, Outcome::Refused { .. })
    }

    /// How many calls may follow at once.
    pub const fn left(&self) -> u32 {
        match self.outcome {
            Outcome::Passed { left, .. } => left,
            Outcome::Refused { .. } => 0,
        }
    }

    /// When there are more.
    pub const fn until(&self) -> Duration {
        match self.outcome {
            Outcome::Passed { more_in, .. } => more_in,
            Outcome::Refused { wait } => wait,
        }
    }

    /// Lets the call through or refuses it.
    pub fn admit(&self) -> Result<(), Problem> {
        let Outcome::Refused { wait } = self.outcome else { return Ok(()) };
        let seconds = wait.as_secs() + 1;
        let refusal = Problem::new(ErrorReason::RateLimited, format!("Too many calls. Try again in {seconds} s."))
            .with("limit", format!("{} in {} s", self.limit.calls, self.limit.period.as_secs()))
            .retry_after(wait);
        Err(refusal)
    }
}

pub struct Limiter {
    redis: Option<Redis>,
    script: Script,
    local: Local,
}

impl Limiter {
    pub fn new(redis: Option<Redis>) -> Self {
        Self { redis, script: Script::new(format!("{REDIS_TIME}{DECISION}")), local: Local::new() }
    }

    /// Counts one call.
    pub async fn count(&self, limit: Limit, key: &str) -> Count {
        Count { limit, outcome: self.outcome(limit, key).await }
    }

    async fn outcome(&self, limit: Limit, key: &str) -> Outcome {
        let key = format!("rollcall:window:{}:{key}", limit.name);
        let here = self.local.window(&key, limit.period);
        let Some(redis) = &self.redis else { return here.lock().count(&limit, self.local.now()) };
        // What was let through here counts there too. So whoever has used up a limit here need not be asked about, and a
        // Redis that comes and goes gives nobody a limit anew.
        if let Some(wait) = here.lock().wait(&limit, self.local.now()) {
            return Outcome::Refused { wait };
        }
        let answer = redis.run(&self.script, key, arguments(&limit)).await.as_deref().and_then(read);
        match answer {
            Some(outcome @ Outcome::Passed { .. }) => {
                here.lock().note(&limit, self.local.now());
                outcome
            }
            Some(outcome) => outcome,
            None => here.lock().count(&limit, self.local.now()),
        }
    }
}

fn arguments(limit: &Limit) -> Vec<String> {
    let calls = u64::from(limit.calls.get());
    [calls, window::micros(limit.period), window::width(limit)].map(|number| number.to_string()).to_vec()
}

/// The script's answer: how many are left, or -1 for a refusal, and in how many microseconds there are more.
fn read(answer: &[i64]) -> Option<Outcome> {
    let [left, until] = *answer else { return None };
    let until = Duration::from_micros(until.unsigned_abs());
    Some(match u32::try_from(left) {
        Ok(left) => Outcome::Passed { left, more_in: until },
        Err(_) => Outcome::Refused { wait: until },
    })
}

/// One key for a whole IPv6 /64: its owner has all of its addresses.
pub fn address_key(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => address.segments()[..4].iter().map(|part| format!("{part:x}:")).collect(),
        },
    }
}
